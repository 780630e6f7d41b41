import path from "node:path";
import { fileExists } from "./files";

/**
 * How a record in the home names a file: relative to the home where it lies in it or beside it, as a project's data does,
 * so that both can be moved together; absolute elsewhere.
 */
export function toHomePath(home: string, file: string): string {
  const relative = path.relative(home, file).split(path.sep).join("/");
  return path.isAbsolute(relative) || relative.startsWith("../../") ? file : relative;
}

/** The absolute path of a file that a record in the home names. */
export function fromHomePath(home: string, stored: string): string {
  return path.resolve(home, stored);
}

/** The same for a package, of which records once held absolute paths: one of a home that has moved since is in this home. */
export async function packageFromHomePath(home: string, stored: string): Promise<string> {
  const file = fromHomePath(home, stored);
  const moved = path.isAbsolute(stored) && path.basename(path.dirname(stored)) === "packages";
  return !moved || (await fileExists(file)) ? file : path.join(home, "packages", path.basename(stored));
}
