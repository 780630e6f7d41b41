import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { dayMs } from "../../platform/base/durations";
import { systemErrorCode } from "../../platform/base/errors";
import { runIdPattern } from "../../platform/base/run-id";
import type { Workspace } from "../../platform/settings/workspace";

/** What is made aside and put in place by a rename, and the working folder of a trainer. */
const leftOver = /\.tmp(\.work)?$/;

/** The same of a single file, by the names that writing one and taking a lock give it. */
const leftOverFile = /\.(\d+-[0-9a-f]{8}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\.tmp$/;
/** Longer than any rename takes, or the clocks of two machines differ, in milliseconds. */
const abandonedAfterMs = 10 * 60_000;
/** Working folders of commands that score a file, in the home: longer than any of them reads its model. */
const scratchFolder = /^score-[A-Za-z0-9]{6}$/;
const scratchAfterMs = dayMs;

async function namesIn(folder: string, recursive = false): Promise<string[]> {
  try {
    return await readdir(folder, { recursive });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return [];
    throw error;
  }
}

/** Whether a file was last written so long ago that nobody is at it any more; not when it has gone since. */
async function isAbandoned(file: string, afterMs = abandonedAfterMs): Promise<boolean> {
  try {
    return Date.now() - (await stat(file)).mtimeMs > afterMs;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Files begun by processes that were killed, in folders that others may be writing to: only age tells them apart. */
async function abandonedFiles(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    for (const name of (await namesIn(folder, true)).filter((each) => leftOverFile.test(each))) {
      const file = path.join(folder, name);
      if (await isAbandoned(file)) found.push(file);
    }
  }
  return found;
}

/** What adding rows to a model's data, and restoring it, have left beside it. */
async function abandonedBeside(dataFile: string): Promise<string[]> {
  const [folder, own] = [path.dirname(dataFile), path.basename(dataFile)];
  const files = (await namesIn(folder))
    .filter((name) => name.startsWith(`${own}.`) && leftOverFile.test(name))
    .map((name) => path.join(folder, name));
  const old = await Promise.all(files.map((file) => isAbandoned(file)));
  return files.filter((_, index) => old[index]);
}

/**
 * Removes what commands that were killed left half-written: in a model's runs, packages and kept data at once, elsewhere after
 * ten minutes, and working folders after a day. Only who holds the model's lock may call it: nobody else is writing to those then.
 */
export async function sweepLeftOvers(
  workspace: Workspace,
  { model, dataFile }: { readonly model: string; readonly dataFile?: string },
): Promise<void> {
  const { home, runs, packages, reports, environments, data, registry, predictions } = workspace;
  const logs = (await namesIn(predictions)).map((environment) => path.join(predictions, environment, model));
  const ofModel = {
    run: runIdPattern(model),
    package: new RegExp(String.raw`^${model}-\d+-[0-9a-f]{12}\.`),
  };
  const found = await abandonedFiles([
    reports,
    environments,
    path.join(home, "locks"),
    path.join(registry, model),
    ...logs,
  ]);
  for (const name of (await namesIn(home)).filter((each) => scratchFolder.test(each)))
    if (await isAbandoned(path.join(home, name), scratchAfterMs)) found.push(path.join(home, name));
  // Data is kept by commands that hold the lock, and by nobody else.
  const keptData = path.join(data, model);
  found.push(
    ...(await namesIn(keptData, true))
      .filter((name) => leftOverFile.test(name))
      .map((name) => path.join(keptData, name)),
  );
  if (dataFile !== undefined) found.push(...(await abandonedBeside(dataFile)));
  const halfPackages = (await namesIn(packages))
    .filter((name) => ofModel.package.test(name) && leftOver.test(name))
    .map((name) => path.join(packages, name));
  found.push(...halfPackages);
  for (const run of (await namesIn(runs)).filter((name) => ofModel.run.test(name))) {
    const names = await namesIn(path.join(runs, run));
    found.push(...names.filter((name) => leftOver.test(name)).map((name) => path.join(runs, run, name)));
  }
  for (const each of found) await rm(each, { recursive: true, force: true });
}
