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

/** The top folder of the repository that holds a folder; undefined without a repository, or without git. */
async function findTop(folder: string): Promise<string | undefined> {
  try {
    const top = await git(folder, "rev-parse", "--show-toplevel");
    // A repository without a commit has nothing to name.
    await git(folder, "rev-parse", "--verify", "HEAD");
    return await realpath(top.trim());
  } catch {
    return undefined;
  }
}

function isBelow(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === "" || (relative.split(path.sep)[0] !== ".." && !path.isAbsolute(relative));
}

/** Untracked files of `folders`, without the ignored ones; of `always` the ignored ones, too. */
async function untrackedFiles(
  top: string,
  { folders, always }: { readonly folders: readonly string[]; readonly always: readonly string[] },
): Promise<string[]> {
  const list = async (places: readonly string[], ...flags: string[]): Promise<string[]> => {
    if (places.length === 0) return [];
    const names = await git(top, "ls-files", "-z", "--others", ...flags, "--", ...places);
    return names.split("\0").filter((name) => name !== "");
  };
  const found = [...(await list(folders, "--exclude-standard")), ...(await list(always))];
  return [...new Set(found)].sort();
}

async function commitOf(
  top: string,
  { folders, model }: { readonly folders: readonly string[]; readonly model: ModelFiles | undefined },
): Promise<Commit> {
  const commit = (await git(top, "rev-parse", "HEAD")).trim();
  const changes = await git(top, "status", "--porcelain", "--untracked-files=no");
  const unknown = await untrackedFiles(top, {
    folders: model ? [...folders, path.dirname(model.definition)] : folders,
    always: model ? [model.definition] : [],
  });
  const untracked = unknown.filter((name) => !model || !isBelow(path.join(top, name), model.data));
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
  const top = await findTop(root);
  const folders = codeFolders.map((name) => path.join(root, name));
  if (given === undefined) {
    return top === undefined
      ? {}
      : commitOf(top, { folders: [...folders, path.join(root, "models")], model: undefined });
  }
  const model = { definition: await realPathOf(given.definition), data: await realDataPath(given.data) };
  const home = await findTop(path.dirname(model.definition));
  const own = top !== undefined && home === top;
  return {
    ...(top !== undefined && (await commitOf(top, { folders, model: own ? model : undefined }))),
    ...(!own && { model: home === undefined ? {} : await commitOf(home, { folders: [], model }) }),
  };
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
