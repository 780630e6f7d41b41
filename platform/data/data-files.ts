import { readdir } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../base/errors";
import { digestOfFile, digestOfListing, type Digest, type FileDigest } from "../base/files";
import { quoted } from "../base/wording";

/** The files of a table that lies in a folder. */
export interface DataFiles {
  readonly format: "csv" | "parquet";
  /** Paths below the folder, with forward slashes, sorted. */
  readonly names: readonly string[];
}

const hint = "Data is a CSV file, a Parquet file, or a folder of CSV or of Parquet files; name one.";

/** Names with a leading dot or underscore are no data, as in Spark: `_SUCCESS`, or what is still being written. */
function isData(name: string, format: DataFiles["format"]): boolean {
  const extension = format === "csv" ? /\.csv$/i : /\.parquet$/i;
  return extension.test(name) && name.split("/").every((part) => !/^[._]/.test(part));
}

/**
 * The files of the table in a folder. With `only`, those of a list that was made before: what has come since is left
 * out, and what has gone is an error.
 */
export async function listDataFiles(folder: string, only?: readonly string[]): Promise<DataFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
    .filter((name) => only?.includes(name) ?? true)
    .sort();
  const gone = (only ?? []).filter((name) => !names.includes(name));
  if (gone.length > 0) {
    throw new PlatformError(
      "CONFLICT",
      `${folder} no longer has ${quoted(gone.slice(0, 5))}, which was checked. Files of a table stay until a run has ended. Restore it, or start again with the check.`,
    );
  }
  const csv = names.filter((name) => isData(name, "csv"));
  const parquet = names.filter((name) => isData(name, "parquet"));
  if (csv.length > 0 && parquet.length > 0) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${folder} has CSV files (${csv[0]}) and Parquet files (${parquet[0]}). A folder of data holds one kind. Remove the other.`,
    );
  }
  if (csv.length > 0) return { format: "csv", names: csv };
  if (parquet.length > 0) return { format: "parquet", names: parquet };
  throw new PlatformError("DATA_UNREADABLE", `${folder} is a folder without CSV and Parquet files. ${hint}`);
}

/** One digest for the files of a table: nothing else in the folder counts. */
export async function digestOfDataFiles(folder: string, names: readonly string[]): Promise<Digest> {
  const listing: FileDigest[] = [];
  for (const name of names) listing.push({ path: name, digest: await digestOfFile(path.join(folder, name)) });
  return digestOfListing(listing);
}

/** Throws unless a file of a folder has the columns of its first one, in any order. */
export function requireSameColumns(
  [first, expected]: readonly [string, readonly string[]],
  [file, names]: readonly [string, readonly string[]],
  kind: string,
): void {
  const [inFirst, inFile] = [new Set(expected), new Set(names)];
  const missing = expected.filter((name) => !inFile.has(name));
  const extra = names.filter((name) => !inFirst.has(name));
  if (missing.length + extra.length === 0) return;
  const faults = [
    ...(missing.length > 0 ? [`lacks ${quoted(missing)}`] : []),
    ...(extra.length > 0 ? [`has ${quoted(extra)} besides`] : []),
  ];
  throw new PlatformError(
    "DATA_INVALID",
    `${file} ${faults.join(" and ")}, unlike ${path.basename(first)}. All ${kind} files of a folder have the same columns; write them again, or remove the odd ones.`,
  );
}
