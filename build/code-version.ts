import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { repository } from "./repository";

/** The version of code, as far as git can tell. */
interface Commit {
  readonly commit?: string;
  /** Whether the running code differs from the commit: files were changed or are untracked. */
  readonly dirty?: boolean;
  /** The untracked files among them, by their paths in the repository. */
  readonly untracked?: readonly string[];
}

/** The commit that trains. */
interface CodeVersion extends Commit {
  /** Of the model's own repository, where it lies outside of this one; empty when it lies in none. */
  readonly model?: Commit;
}

/** Where one model's files are. */
interface ModelFiles {
  readonly definition: string;
  /** What it trains on. It is not code: the lineage records its digest. */
  readonly data: string;
}

/** Folders whose files can be part of the running program; an untracked file elsewhere is not code. */
const codeFolders = ["build", "cli", "deploy", "platform", "scoring", "training"];

async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...args], { maxBuffer: 1 << 26 });
  return stdout;
}

/** A repository that has a commit. */
interface Repository {
  readonly top: string;
  readonly commit: string;
}

/** The repository that holds a folder; undefined without one, without a commit in it, or without git. */
async function findRepository(folder: string): Promise<Repository | undefined> {
  try {
    const [top = "", commit = ""] = (await git(folder, "rev-parse", "--show-toplevel", "HEAD")).split("\n");
    return { top: await realpath(top), commit };
  } catch {
    return undefined;
  }
}

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === "" || (relative.split(path.sep)[0] !== ".." && !path.isAbsolute(relative));
}

/** Untracked files below places of a repository, `ignored` ones as well or not. */
async function untrackedFiles(top: string, places: readonly string[], ignored: boolean): Promise<string[]> {
  if (places.length === 0) return [];
  const flags = ignored ? [] : ["--exclude-standard"];
  const names = await git(top, "ls-files", "-z", "--others", ...flags, "--", ...places);
  return names.split("\0").filter((name) => name !== "");
}

async function commitOf(
  { top, commit }: Repository,
  { folders, model }: { readonly folders: readonly string[]; readonly model: ModelFiles | undefined },
): Promise<Commit> {
  const [changes, ...unknown] = await Promise.all([
    git(top, "status", "--porcelain", "--untracked-files=no"),
    untrackedFiles(top, model ? [...folders, path.dirname(model.definition)] : folders, false),
    // Whoever has git ignore a definition has it outside of the commit all the same.
    untrackedFiles(top, model ? [model.definition] : [], true),
  ]);
  const untracked = [...new Set(unknown.flat())]
    .sort()
    .filter((name) => !model || !isBelow(path.join(top, name), model.data));
  return {
    commit,
    dirty: changes.trim() !== "" || untracked.length > 0,
    ...(untracked.length > 0 && { untracked }),
  };
}

async function realPathOf(file: string): Promise<string> {
  return path.join(await realpath(path.dirname(file)), path.basename(file));
}

/**
 * Asks git for the commit of the program and of the model that a run trains. A copy of the files outside git, or a
 * machine without git, has no commit to name. Without a model, all models of the repository count.
 */
export async function codeVersion(given?: ModelFiles, root = repository): Promise<CodeVersion> {
  const folders = codeFolders.map((name) => path.join(root, name));
  if (given === undefined) {
    const all = await findRepository(root);
    return all ? commitOf(all, { folders: [...folders, path.join(root, "models")], model: undefined }) : {};
  }
  const model = { definition: await realPathOf(given.definition), data: await realDataPath(given.data) };
  const [program, home] = await Promise.all([
    findRepository(root),
    findRepository(path.dirname(model.definition)),
  ]);
  const own = program !== undefined && home?.top === program.top;
  const [ofProgram, ofModel] = await Promise.all([
    program && commitOf(program, { folders, model: own ? model : undefined }),
    home && !own && commitOf(home, { folders: [], model }),
  ]);
  return { ...ofProgram, ...(!own && { model: ofModel || {} }) };
}

/** Data may be missing, or in a folder that is. */
async function realDataPath(file: string): Promise<string> {
  try {
    return await realPathOf(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return path.resolve(file);
    throw error;
  }
}
