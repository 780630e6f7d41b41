import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { ModelDefinition } from "../../platform/definition/definition";
import { systemErrorCode } from "../../platform/base/errors";
import { digestOfFile, digestOfListing, type FileDigest } from "../../platform/base/files";
import type { Lineage } from "../../platform/model/model-directory";

/** Folders that hold what package managers and interpreters put there. */
const generated = /^(\..*|node_modules|__pycache__|venv|env|site-packages|renv|target)$/;

/** Files that say which packages a program needs, or exactly which it got. */
const packageLists =
  /^((requirements|constraints)[\w.-]*\.txt|pyproject\.toml|(poetry|uv|pdm|pixi)\.lock|Pipfile(\.lock)?|(environment|conda|conda-lock)\.ya?ml|setup\.(py|cfg)|package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|renv\.lock|DESCRIPTION|(Project|Manifest|Cargo)\.toml|Cargo\.lock|go\.(mod|sum))$/;

async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"].includes(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

/** Files of a folder and those below it that people wrote; `data` is left out. */
async function filesBelow(folder: string, data: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (file === data || generated.test(entry.name)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(file, data)));
    else if (await isFile(file)) found.push(file);
  }
  return found;
}

/** Package lists beside a program that lies outside of the model's folder. */
async function listsBeside(file: string): Promise<string[]> {
  const names = (await readdir(path.dirname(file))).filter((name) => packageLists.test(name));
  const files = names.map((name) => path.join(path.dirname(file), name));
  const there = await Promise.all(files.map(isFile));
  return files.filter((_, index) => there[index]);
}

/**
 * The program of a `command` trainer as it is now: the files of the model's folder, and those outside of it that the
 * command names, with the package lists beside them. What an interpreter loads from elsewhere is not known.
 */
export async function describeProgram(
  run: readonly string[],
  { directory, definition }: { readonly directory: string; readonly definition: ModelDefinition },
): Promise<NonNullable<Lineage["program"]>> {
  const folder = await realpath(directory);
  const own = await filesBelow(folder, path.resolve(folder, definition.data));
  const named = new Map<string, string>();
  for (const argument of run) {
    // `--config=settings.yaml` names a file, too.
    for (const text of new Set([argument, argument.replace(/^--?[\w-]+=/, "")])) {
      const file = path.resolve(folder, text);
      if (text === "" || own.includes(file) || !(await isFile(file))) continue;
      // A path is recorded as the definition has it.
      const nameOf = (each: string): string => (path.isAbsolute(text) ? each : path.relative(folder, each));
      for (const each of [file, ...(await listsBeside(file))]) named.set(each, nameOf(each));
    }
  }
  for (const file of own) named.set(file, path.relative(folder, file));
  const files: FileDigest[] = [];
  for (const [file, name] of named) {
    files.push({ path: name.split(path.sep).join("/"), digest: await digestOfFile(file) });
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const isList = ({ path: name }: FileDigest): boolean => packageLists.test(path.basename(name));
  return {
    digest: digestOfListing(files),
    files: files.filter((file) => !isList(file)),
    packages: files.filter(isList),
  };
}
