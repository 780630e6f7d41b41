import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { codeVersion } from "./code-version";
import { repository } from "./repository";

/** Where the code of a build stands. */
export interface SourceVersion {
  /** Of package.json. */
  readonly version: string;
  /** The commit, with `-dirty` behind it when files differ; empty outside git. */
  readonly revision: string;
  /** Time of the commit, ISO 8601 in UTC: equal source has an equal time. Outside git, the time from which Unix counts. */
  readonly createdAt: string;
}

async function commitTime(): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["show", "-s", "--format=%ct", "HEAD"], {
    cwd: repository,
  });
  return new Date(Number(stdout) * 1000).toISOString();
}

export async function sourceVersion(): Promise<SourceVersion> {
  const { version } = JSON.parse(await readFile(path.join(repository, "package.json"), "utf8")) as {
    version: string;
  };
  const { commit, dirty } = await codeVersion();
  if (commit === undefined) return { version, revision: "", createdAt: new Date(0).toISOString() };
  return { version, revision: dirty ? `${commit}-dirty` : commit, createdAt: await commitTime() };
}
