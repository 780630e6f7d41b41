import path from "node:path";
import { PlatformError } from "../base/errors";
import { digestOfFile, digestOfListing, type Digest, type FileDigest } from "../base/files";
import { counted, quoted } from "../base/wording";
import type { Finding } from "./findings";
import { filesOfFormat, isDataFile } from "./data-names";
import { listFolderFiles } from "./folder-files";

/** The files of a table that lies in a folder. */
export interface DataFiles {
  readonly format: "csv" | "parquet";
  /** Paths below the folder, with forward slashes, sorted. */
  readonly names: readonly string[];
  /** Whatever else is in the folder. */
  readonly notRead: readonly string[];
}

const hint = "Data is a CSV file, a Parquet file, or a folder of CSV or of Parquet files; name one.";

const compressed = /\.(csv|parquet)\.[a-z0-9]{1,6}$/i;

/**
 * The files of the table in a folder; names with a leading dot or underscore are left out, as in Spark. With `only`, those
 * of a list that was made before: what has come since is left out, and what has gone is an error.
 */
export async function listDataFiles(folder: string, only?: readonly string[]): Promise<DataFiles> {
  const { files, others } = await listFolderFiles(folder, only);
  const [csv, parquet] = (["csv", "parquet"] as const).map((format) =>
    filesOfFormat(files, format).filter((name) => only?.includes(name) ?? true),
  ) as [string[], string[]];
  const gone = (only ?? []).filter((name) => !csv.includes(name) && !parquet.includes(name));
  if (gone.length > 0) {
    throw new PlatformError(
      "CONFLICT",
      `${folder} no longer has ${quoted(gone.slice(0, 5))}, which was checked. Files of a table stay until a run has ended. Restore it, or start again with the check.`,
    );
  }
  const rest = files.filter((name) => !isDataFile(name));
  if (only === undefined) refuseOddFiles(folder, { csv, rest });
  const notRead = [...rest, ...others].sort();
  if (csv.length > 0 && parquet.length > 0) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${folder} has CSV files (${csv[0]}) and Parquet files (${parquet[0]}). A folder of data holds one kind. Remove the other.`,
    );
  }
  if (csv.length > 0) return { format: "csv", names: csv, notRead };
  if (parquet.length > 0) return { format: "parquet", names: parquet, notRead };
  const found = notRead.length > 0 ? ` It has ${quoted(notRead, 5)}.` : "";
  throw new PlatformError(
    "DATA_UNREADABLE",
    `${folder} is a folder without CSV and Parquet files.${found} ${hint}`,
  );
}

/** Files that are plainly meant to be read and are not, or that would be read twice. */
function refuseOddFiles(
  folder: string,
  { csv, rest }: { readonly csv: readonly string[]; readonly rest: readonly string[] },
): void {
  const packed = rest.filter((name) => compressed.test(name));
  if (packed.length > 0) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${folder} has ${quoted(packed, 5)}, which cannot be read. Data may be compressed as .csv.gz and in no other way. Unpack or remove what is not.`,
    );
  }
  const twice = csv.find((name) => csv.includes(`${name}.gz`));
  if (twice !== undefined) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${folder} has "${twice}" and "${twice}.gz". One is the other, compressed, and its rows would be there twice. Remove one of them.`,
    );
  }
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

/** Names what a folder has besides the files of its table. */
export function checkFolder(notRead: readonly string[] = []): Finding[] {
  if (notRead.length === 0) return [];
  const message = `The folder has ${counted(notRead.length, "file")} that ${notRead.length === 1 ? "is" : "are"} neither CSV nor Parquet: ${quoted(notRead)}. Such files are ignored.`;
  return [{ severity: "warning", check: "files", message, count: notRead.length }];
}
