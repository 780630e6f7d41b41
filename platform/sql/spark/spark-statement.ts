/** A text or a name, each with the quotes that common SQL has, or what is between them. */
const parts = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"/g;

/**
 * A statement with Spark's quotes: names in backticks, and texts with backslashes before what would end or change them, as Spark
 * reads a backslash in a text as the beginning of another character.
 */
export function toSparkSql(sql: string): string {
  return sql.replace(parts, (_, text: string | undefined, name: string | undefined) =>
    text === undefined
      ? `\`${(name ?? "").replaceAll('""', '"').replaceAll("`", "``")}\``
      : `'${text.replaceAll("''", "'").replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`,
  );
}
