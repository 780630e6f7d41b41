import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const repository = path.join(__dirname, "../../..");

/** Lays the diabetes sample out as a data folder in Azure is: several files, and a marker that was written last. */
export async function writeDataFolder(folder: string): Promise<string> {
  const text = await readFile(path.join(repository, "models/diabetes/data.csv"), "utf8");
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  await mkdir(path.join(folder, "2026"), { recursive: true });
  const write = (name: string, rows: readonly string[]): Promise<void> =>
    writeFile(path.join(folder, name), `${[header, ...rows].join("\n")}\n`);
  await write("2026/part-1.csv", lines.slice(0, 200));
  await write("2026/part-2.csv", lines.slice(200));
  await writeFile(path.join(folder, "_SUCCESS"), "");
  return folder;
}

/** The flags of each step, with the folders of a run below one folder. */
export function stepFlags(folder: string, model = "diabetes"): Record<JobStep, string[]> {
  const at = (name: string): string => path.posix.join(folder, name);
  const common = ["--model", model];
  const data = [...common, "--data", at("data")];
  return {
    check: ["job", "check", ...data, "--report", at("report")],
    train: ["job", "train", ...data, "--checked", at("report"), "--candidate", at("candidate")],
    evaluate: ["job", "evaluate", ...data, "--candidate", at("candidate"), "--decision", at("decision")],
    register: ["job", "register", ...common, "--candidate", at("candidate"), "--decision", at("decision")],
  };
}

export type JobStep = "check" | "train" | "evaluate" | "register";

export interface EndedStep {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A step in a process of its own. */
export interface StartedStep {
  readonly process: ChildProcess;
  readonly ended: Promise<EndedStep>;
}

/** Starts a program; its environment is what is given, besides what the system needs to find programs. */
export function start(command: readonly string[], env: NodeJS.ProcessEnv): StartedStep {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: repository,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<EndedStep>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { process: child, ended };
}

/** The training program as it lies in the repository. */
export const sourceProgram = [
  process.execPath,
  "--require",
  path.join(repository, "node_modules/tsx/dist/cjs/index.cjs"),
  path.join(repository, "training/job/main.ts"),
];
