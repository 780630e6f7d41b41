/** Most characters of a reason, or of who has approved something. */
export const maxWords = 500;

/**
 * What is wrong with what somebody says in words, if something is: it stands in records for good, so it says something, and is no program
 * for whatever shows it. Blanks around it do not count.
 */
export function findFaultOfWords(text: string): string | undefined {
  const said = text.trim();
  if (said === "") return `It is empty. Expected 1 to ${maxWords} characters. Say it in words.`;
  if (said.length > maxWords)
    return `It has ${said.length} characters. Expected 1 to ${maxWords}. Make it shorter.`;
  if (/(?![\t\r\n])\p{Cc}/u.test(said))
    return "It has control characters. Expected text alone. Leave them out.";
  return undefined;
}
