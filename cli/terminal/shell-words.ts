/** Words of a command as a shell reads them: what it would read otherwise stands in single quotes. */
export function shellWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:=@,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}
