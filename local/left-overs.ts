import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { systemErrorCode } from "../platform/errors";
import { runIdPattern } from "../platform/run-id";
import type { Workspace } from "../platform/workspace";

/** What is made aside and put in place by a rename, and the working folder of a trainer. */
const leftOver = /\.tmp(\.work)?$/;

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return [];
    throw error;
  }
}

/**
 * Removes what commands that were killed left half-written in a model's runs and packages. Only who holds the model's
 * lock may call it: nobody else is writing there then.
 */
export async function sweepLeftOvers(
  { runs, packages }: Pick<Workspace, "runs" | "packages">,
  model: string,
): Promise<void> {
  const ofModel = {
    run: runIdPattern(model),
    package: new RegExp(String.raw`^${model}-\d+-[0-9a-f]{12}\.`),
  };
  const found = (await namesIn(packages))
    .filter((name) => ofModel.package.test(name) && leftOver.test(name))
    .map((name) => path.join(packages, name));
  for (const run of (await namesIn(runs)).filter((name) => ofModel.run.test(name))) {
    const names = await namesIn(path.join(runs, run));
    found.push(...names.filter((name) => leftOver.test(name)).map((name) => path.join(runs, run, name)));
  }
  for (const each of found) await rm(each, { recursive: true, force: true });
}
