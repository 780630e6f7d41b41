function isData(name: string, format: "csv" | "parquet"): boolean {
  return (format === "csv" ? /\.csv(\.gz)?$/i : /\.parquet$/i).test(name);
}

/** Names of a folder's files that are of one format. */
export const filesOfFormat = (names: readonly string[], format: "csv" | "parquet"): string[] =>
  names.filter((name) => isData(name, format));

/** Whether a file's name says that it is a part of a table. */
export function isDataFile(name: string): boolean {
  return isData(name, "csv") || isData(name, "parquet");
}
