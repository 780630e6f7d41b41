/** The text without the characters of `ends` at its end, in time linear in the text; a pattern would go back at each of them. */
export function trimEnd(text: string, ends: string): string {
  let length = text.length;
  while (length > 0 && ends.includes(text.charAt(length - 1))) length -= 1;
  return text.slice(0, length);
}
