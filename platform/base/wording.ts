/** Names in quotes, in a row; past `most` they are counted. */
export function quoted(names: readonly string[], max = 10): string {
  const shown = names.slice(0, max).map((name) => `"${name}"`);
  if (names.length > max) return `${shown.join(", ")} and ${names.length - max} more`;
  return shown.join(", ");
}

/** Words of which one is to be chosen: "a, b or c". */
export function oneOf(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" or ");
}

/** A count with its noun: "1 row", "1,200 rows". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share of 0..1 in percent, with so many decimals where they say something. */
export function percent(share: number, decimals = 1): string {
  return `${Number((share * 100).toFixed(decimals))} %`;
}

/** A sentence as a part of another. */
export function withoutPeriod(text: string): string {
  return text.replace(/\.$/, "");
}
