import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

/** The commit that trains, as far as git can tell. */
interface CodeVersion {
  readonly commit?: string;
  /** Whether files differ from the commit. */
  readonly dirty?: boolean;
}

/** Asks git; a copy of the files without git, or a machine without it, has no commit to name. */
export async function codeVersion(): Promise<CodeVersion> {
  const run = promisify(execFile);
  const options = { cwd: path.join(__dirname, "..") };
  try {
    const { stdout: commit } = await run("git", ["rev-parse", "HEAD"], options);
    const { stdout: changes } = await run("git", ["status", "--porcelain", "--untracked-files=no"], options);
    return { commit: commit.trim(), dirty: changes.trim() !== "" };
  } catch {
    return {};
  }
}
