import path from "node:path";

/** Folders of `test/` whose tests are of the whole, and not of a file. */
const ofTheWhole = ["browser", "containers", "e2e", "engine", "peers", "repository", "setup", "walk"];

/**
 * Files of `test/` that have no place: a test lies where its source does, and everything else beside one, in a `behaviour/`
 * folder of a room that there is, or among fixtures. Paths are relative to the repository, with forward slashes.
 */
export function findMisplaced(tests: readonly string[], sources: readonly string[]): string[] {
  const files = new Set(sources);
  const rooms = new Set(sources.flatMap(foldersAbove));
  return tests.filter((test) => {
    const inTest = test.replace(/^test\//, "");
    if (ofTheWhole.includes(inTest.split("/")[0] ?? "")) return false;
    const [room = "", ...inside] = inTest.split(/\/(?:behaviour|fixtures)\//);
    if (inside.length > 0) return !rooms.has(room);
    if (inTest.endsWith(".test.ts")) return !files.has(inTest.replace(/(?:\.process)?\.test\.ts$/, ".ts"));
    return !rooms.has(path.posix.dirname(inTest));
  });
}

function foldersAbove(file: string): string[] {
  const folder = path.posix.dirname(file);
  return folder === "." ? [] : [folder, ...foldersAbove(folder)];
}
