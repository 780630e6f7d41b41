import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../base/errors";
import { definitionFiles } from "./definitions";

/** Folders that hold what package managers and interpreters put there. */
const generated = /^(\..*|node_modules|__pycache__|venv|env|site-packages|renv|target)$/;

/** Whether there is a file; a link that leads nowhere is not one. */
export async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"].includes(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

async function filesBelow(folder: string, leftOut: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (leftOut.includes(file) || generated.test(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(file, leftOut)));
    else if (await isFile(file)) found.push(file);
  }
  return found;
}

/**
 * Paths of the files of a model's folder, and those below it, that its program may need: what people wrote, but not the definition
 * and not the data, a file or folder that the definition names.
 */
export function listProgramFiles(folder: string, data: string): Promise<string[]> {
  const leftOut = [data, ...definitionFiles].map((name) => path.resolve(folder, name));
  return filesBelow(path.resolve(folder), leftOut);
}
