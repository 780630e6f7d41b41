import { copyFile, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../../platform/base/errors";
import { listDataFiles } from "../../platform/data/data-files";
import { startsAsParquet } from "../../platform/data/parquet-files";
import { isGzip } from "../../platform/data/csv/text-stream";

/** What a file or folder of data is called in a model's folder; reading it says what is wrong with anything else. */
export async function dataNameOf(from: string): Promise<string> {
  try {
    if ((await stat(from)).isDirectory()) return "data";
    if (/\.parquet$/i.test(from) || (await startsAsParquet(from))) return "data.parquet";
    return (await isGzip(from)) ? "data.csv.gz" : "data.csv";
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return "data.csv";
  }
}

/** Copies a file of data, or those of a folder that are read. */
export async function copyData(from: string, target: string): Promise<void> {
  if (!(await stat(from)).isDirectory()) return copyFile(from, target);
  for (const name of (await listDataFiles(from)).names) {
    const file = path.join(target, name);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(path.join(from, name), file);
  }
}
