import { spawn } from "node:child_process";
import path from "node:path";

const repository = path.join(__dirname, "..", "..", "..");

export interface StepResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program of a step as `npm run` does, with no variables but these and where programs are. */
export function runStepProgram(
  name: string,
  env: Readonly<Record<string, string>>,
  cwd = repository,
): Promise<StepResult> {
  const tsx = path.join(repository, "node_modules", "tsx", "dist", "cjs", "index.cjs");
  const program = path.join(repository, "pipelines", "steps", `${name}.ts`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--require", tsx, program], {
      cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
