import { readFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";

/** What a program needs, as pip reads it, with the files that it names in turn. */
export interface Requirements {
  /** Path of the file. */
  readonly file: string;
  /** Lines of all files that say something, in their order. */
  readonly lines: readonly string[];
}

/** The lines of a requirements file: comments and blank lines are gone, continued lines are one. */
function significantLines(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) =>
      line
        .replace(/(^|\s)#.*$/, "")
        .replace(/\s+/g, " ")
        .trim(),
    )
    .filter((line) => line !== "");
}

async function readLines(file: string, above: readonly string[]): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (!["ENOENT", "ENOTDIR", "EISDIR"].includes(systemErrorCode(cause) ?? "")) throw cause;
    throw new PlatformError(
      "TRAINING_FAILED",
      `${file} does not exist. The trainer expects the packages of its program there, one a line, with their versions. Write it (it may be empty), or correct the trainer's requirements.`,
      { cause },
    );
  }
  const lines: string[] = [];
  for (const line of significantLines(text)) {
    const [, named] = /^(?:-r|--requirement|-c|--constraint)[ =]?(.+)$/.exec(line) ?? [];
    const other = named === undefined ? undefined : path.resolve(path.dirname(file), named.trim());
    lines.push(line);
    if (other !== undefined && !above.includes(other)) {
      lines.push(...(await readLines(other, [...above, file])));
    }
  }
  return lines;
}

/** Reads a requirements file and those that it names. */
export async function readRequirements(file: string): Promise<Requirements> {
  return { file, lines: await readLines(file, [file]) };
}

/** Packages of which a later installation may get another version. */
export function unpinned({ lines }: Requirements): string[] {
  return lines.flatMap((line) => {
    const name = /^[A-Za-z0-9][\w.-]*(\[[^\]]*\])?/.exec(line)?.[0];
    return name === undefined || /===?|@/.test(line) ? [] : [name];
  });
}
