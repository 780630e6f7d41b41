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

async function git(root: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", ["-C", root, ...args], { maxBuffer: 1 << 26 });
  return stdout;
}

const isoTime = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString();

async function commitTime(): Promise<string> {
  return isoTime(await git(repository, "show", "-s", "--format=%ct", "HEAD"));
}

async function packageVersion(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/**
 * Where a part of the code stands: the newest commit that changed it, and whether it differs from that. `paths` are Git's pathspecs, relative
 * to `root`. A shallow clone knows its own commit alone, and so does a folder outside Git none.
 */
export async function sourceVersionOf(paths: readonly string[], root = repository): Promise<SourceVersion> {
  const version = await packageVersion(root);
  let newest: string;
  try {
    newest = await git(root, "log", "-1", "--format=%H %ct", "--", ...paths);
  } catch {
    // No repository, or no Git.
    newest = "";
  }
  const [commit = "", time = "0"] = newest.trim().split(" ");
  if (commit === "") return { version, revision: "", createdAt: isoTime("0") };
  const changes = await git(root, "status", "--porcelain", "--", ...paths);
  const revision = changes.trim() === "" ? commit : `${commit}-dirty`;
  return { version, revision, createdAt: isoTime(time) };
}

export async function sourceVersion(): Promise<SourceVersion> {
  const version = await packageVersion(repository);
  const { commit, dirty } = await codeVersion();
  if (commit === undefined) return { version, revision: "", createdAt: new Date(0).toISOString() };
  return { version, revision: dirty ? `${commit}-dirty` : commit, createdAt: await commitTime() };
}
