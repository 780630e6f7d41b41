import { stat } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../base/errors";

interface StampedFiles {
  readonly file: string;
  readonly files?: readonly string[] | undefined;
  readonly stamp?: string | undefined;
}

/** Sizes and times of files: another stamp says that one was written since. `files` are those of the folder that `file` is. */
export async function stampOf({ file, files }: Omit<StampedFiles, "stamp">): Promise<string> {
  const paths = files?.map((name) => path.join(file, name)) ?? [file];
  const stats = await Promise.all(paths.map((one) => stat(one, { bigint: true })));
  return stats.map(({ size, mtimeNs, ino }) => `${size} ${mtimeNs} ${ino}`).join("\n");
}

/** Rows may lie in their files until the end: throws CONFLICT when these are no longer what they were when they were opened. */
export async function requireUnchanged(source: StampedFiles): Promise<void> {
  if (source.stamp === undefined || source.stamp === (await stampOf(source).catch(() => undefined))) return;
  throw new PlatformError(
    "CONFLICT",
    `${source.file} has changed since it was read. Data stays as it is until a run has ended. Run again when it is complete.`,
  );
}

/** A file's last change is this long ago, in nanoseconds, where another one surely has another time: clocks of file systems tick in milliseconds, some in seconds. */
const settledNs = 3_000_000_000n;

/**
 * What tells a file's content from any that is written into it later: undefined where it was written so lately that the time may not tell. Git
 * goes by the same rule (https://git-scm.com/docs/racy-git).
 */
export async function settledState(file: string): Promise<string | undefined> {
  const { size, mtimeNs, ctimeNs, ino, dev } = await stat(file, { bigint: true });
  const age = BigInt(Date.now()) * 1_000_000n - (mtimeNs > ctimeNs ? mtimeNs : ctimeNs);
  return age < settledNs ? undefined : [size, mtimeNs, ctimeNs, ino, dev].join(" ");
}
