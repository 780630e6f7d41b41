import { realpath } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";

/** Where the rows of a file that could not be scored are written: beside those that were. */
export function rejectsBeside(output: string): string {
  const { dir, name, ext } = path.parse(output);
  return path.join(dir, `${ext.toLowerCase() === ".csv" ? name : `${name}${ext}`}.rejected.csv`);
}

/** Names of the columns that are added to those of a file. One that the file has itself gets "mlops_" before it. */
export function namesBeside(header: readonly string[], added: readonly string[]): string[] {
  // Many programs that read the output do not tell capitals from small letters.
  const taken = new Set(header.map((name) => name.toLowerCase()));
  return added.map((name) => {
    let free = name;
    while (taken.has(free)) free = `mlops_${free}`;
    return free;
  });
}

async function placeOf(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/** Throws when a file that is going to be written is the one that is read. */
export async function requireOtherFiles(input: string, outputs: readonly string[]): Promise<void> {
  const read = await placeOf(input);
  if (read === undefined) return;
  for (const output of outputs) {
    if ((await placeOf(output)) !== read) continue;
    throw new PlatformError(
      "USAGE",
      `${output} is the file that is scored, and would be written over. Name another with --output.`,
    );
  }
}
