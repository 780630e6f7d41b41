import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

export const root = path.join(__dirname, "..", "..");

/** The folders that the product is made of. */
export const rooms = [
  "platform",
  "training",
  "scoring",
  "deploy",
  "cli",
  "infra",
  "pipelines",
  "build",
  "bench",
] as const;

/** Files of these folders that the repository keeps, or will once they are added: their names, from its root. */
export function sourceFiles(
  folders: readonly string[] = rooms,
  matching: (file: string) => boolean = (file) => file.endsWith(".ts"),
): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...folders];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n");
  // A file that was moved is listed until that is committed.
  return listed.filter((file) => matching(file) && readText(file) !== undefined);
}

export function readText(file: string): string | undefined {
  try {
    return readFileSync(path.join(root, file), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The lines of files that a pattern finds, as `file:line`. */
export function linesWith(
  pattern: RegExp,
  files: readonly string[],
  read: (line: string) => string = (line) => line,
): string[] {
  return files.flatMap((file) =>
    (readText(file) ?? "")
      .split("\n")
      .flatMap((line, index) => (pattern.test(read(line)) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}
