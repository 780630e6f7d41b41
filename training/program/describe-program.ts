import { readdir, realpath } from "node:fs/promises";
import path from "node:path";
import type { ModelDefinition } from "../../platform/definition/definition";
import { isFile, listProgramFiles } from "../../platform/definition/program-files";
import { digestOfFile, digestOfListing, type FileDigest } from "../../platform/base/files";
import type { Lineage } from "../../platform/model/model-directory";

/** Files that say which packages a program needs, or exactly which it got. */
const packageLists =
  /^((requirements|constraints)[\w.-]*\.txt|pyproject\.toml|(poetry|uv|pdm|pixi)\.lock|Pipfile(\.lock)?|(environment|conda|conda-lock)\.ya?ml|setup\.(py|cfg)|package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|renv\.lock|DESCRIPTION|(Project|Manifest|Cargo)\.toml|Cargo\.lock|go\.(mod|sum))$/;

/** Package lists beside a program that lies outside of the model's folder. */
async function listsBeside(file: string): Promise<string[]> {
  const names = (await readdir(path.dirname(file))).filter((name) => packageLists.test(name));
  const files = names.map((name) => path.join(path.dirname(file), name));
  const there = await Promise.all(files.map(isFile));
  return files.filter((_, index) => there[index]);
}

/**
 * The program of a `command` trainer as it is now: the files of the model's folder but the definition, which has a digest of its
 * own, and those outside of it that the command names, with the package lists beside them. What an interpreter loads from elsewhere
 * is not known.
 */
export async function describeProgram(
  run: readonly string[],
  { directory, definition }: { readonly directory: string; readonly definition: ModelDefinition },
): Promise<NonNullable<Lineage["program"]>> {
  const folder = await realpath(directory);
  const own = await listProgramFiles(folder, definition.data);
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
