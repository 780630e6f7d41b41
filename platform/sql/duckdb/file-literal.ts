import path from "node:path";
import { PlatformError } from "../../base/errors";
import { literal } from "../engine";

/** What an engine that reads files takes for a pattern. */
const patternCharacters = /[*?[]/g;

/**
 * A file's path as a string literal that names this file alone. Engines read `[1]`, `*` and `?` in a path as a pattern,
 * and `~` as the home folder: `d[1].csv` would be `d1.csv`. Each such character is written as a class of its own.
 */
export function fileLiteral(file: string): string {
  const absolute = path.resolve(file);
  const escaped = absolute.replace(patternCharacters, "[$&]");
  if (escaped !== absolute && absolute.includes("\\")) {
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} has a backslash and one of * ? [ in its path. Either may be there, not both. Rename the file or its folder.`,
    );
  }
  return literal(escaped);
}
