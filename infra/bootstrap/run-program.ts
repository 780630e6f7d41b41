import { execFile } from "node:child_process";

interface ProgramResult {
  /** Exit code; 127 if the program cannot be started. */
  readonly code: number;
  /** Standard output followed by standard error. */
  readonly output: string;
}

export type RunProgram = (
  program: string,
  args: readonly string[],
  options?: { readonly folder?: string; readonly env?: Readonly<Record<string, string>> },
) => Promise<ProgramResult>;

const maxMs = 120_000;

/** Runs a program to its end, without a shell. */
export const runProgram: RunProgram = (program, args, { folder, env } = {}) =>
  new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, ...env }, timeout: maxMs };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, output: `${stdout}${stderr}` });
      else if (typeof error.code === "number") resolve({ code: error.code, output: `${stdout}${stderr}` });
      else resolve({ code: 127, output: `${program}: ${error.message}` });
    });
  });
