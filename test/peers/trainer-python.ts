import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { skipReason as withoutPython } from "./python-venv";

const run = promisify(execFile);
const python = process.env.PEERS_PYTHON ?? "";

/** Why the tests that install packages for trainers' programs are skipped; undefined when they are not. */
export const skipReason = withoutPython;

/** PATH on which `python3` is that of PEERS_PYTHON. */
export const pathWithPython = [path.dirname(python), process.env.PATH].join(path.delimiter);

// The environments are made by this process, too.
if (skipReason === undefined) process.env.PATH = pathWithPython;

/** Runs a program to its end; answers its exit code and all that it printed. */
export async function execute(
  file: string,
  args: readonly string[],
  { cwd, variables }: { readonly cwd: string; readonly variables: Readonly<Record<string, string>> },
): Promise<{ code: number; output: string }> {
  const options = { cwd, env: { ...process.env, ...variables }, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await run(file, [...args], options);
    return { code: 0, output: `${stdout}\n${stderr}` };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== "number") throw error;
    return { code, output: `${stdout}\n${stderr}` };
  }
}
