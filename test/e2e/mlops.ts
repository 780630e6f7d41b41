import type { DeploymentStatus } from "../../platform/release/deployment";
import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { programArguments } from "../../build/start-program";

export const repository = path.join(__dirname, "../..");
const command = programArguments(path.join(repository, "cli/main.ts"));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  /** Resolves when it has printed a text; rejects when it ends without. */
  printed(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/** `script` gives a program a terminal; the one of util-linux is asked for by its version. */
export function hasScript(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}

/** A workspace of its own for the real `mlops` command, run as a user runs it: in a process, with flags and variables. */
export class Workplace {
  readonly home = mkdtempSync(path.join(tmpdir(), "mlops-e2e-"));

  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
    return this.spawn(process.execPath, [...command, ...args], env);
  }

  /**
   * Starts it on a terminal of its own, by `script` of util-linux; what is typed is written to the process's stdin.
   * A width of 0 is that of a terminal that does not know it.
   */
  startOnTerminal(args: readonly string[], columns = 100, env: NodeJS.ProcessEnv = {}): Started {
    const words = [process.execPath, ...command, ...args].map((word) => `'${word}'`);
    const line = `stty cols ${columns}; exec ${words.join(" ")}`;
    return this.spawn("script", ["-qec", line, "/dev/null"], env, "pipe");
  }

  spawn(
    program: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    stdin: "ignore" | "pipe" = "ignore",
  ): Started {
    const child = spawn(program, args, {
      cwd: repository,
      env: { ...process.env, MLOPS_HOME: path.join(this.home, "workspace"), ...env },
      stdio: [stdin, "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (code) => {
        resolve({ code, stdout, stderr });
      });
    });
    return {
      process: child,
      output: () => stdout + stderr,
      printed: (text) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            if ((stdout + stderr).includes(text)) resolve();
          };
          child.stdout?.on("data", look);
          child.stderr?.on("data", look);
          void ended.then((end) => {
            reject(new Error(`ended without "${text}": ${JSON.stringify(end)}`));
          });
          look();
        }),
      ended,
    };
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** The answer of a command with --json; fails unless it exits with `code`. */
  async json<T>(args: readonly string[], code = 0, env: NodeJS.ProcessEnv = {}): Promise<T> {
    const ended = await this.run([...args, "--json"], env);
    if (ended.code !== code)
      throw new Error(`mlops ${args.join(" ")} exited with ${ended.code}: ${ended.stdout}${ended.stderr}`);
    return JSON.parse(ended.stdout) as T;
  }

  /** The address at which a model answers in production; fails where it does not. */
  async productionUrl(model = "diabetes", env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { deployments } = await this.json<{ deployments: DeploymentStatus[] }>(
      ["status", "--model", model],
      0,
      env,
    );
    const url = deployments.find(({ environment }) => environment === "prod")?.url;
    if (url === undefined) throw new Error(`${model} answers nowhere in production`);
    return url;
  }

  path(...parts: string[]): string {
    return path.join(this.home, "workspace", ...parts);
  }

  async readJson<T>(...parts: string[]): Promise<T> {
    return JSON.parse(await readFile(this.path(...parts), "utf8")) as T;
  }

  /** Processes that work in this workspace; none may be left by a command that has ended. */
  async processes(): Promise<number[]> {
    const found = [];
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      // A process may end while it is looked at.
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      if (environment.includes(this.home)) found.push(Number(pid));
    }
    return found;
  }

  /** Files that were begun and not finished. */
  async halfWritten(): Promise<string[]> {
    if (!existsSync(this.path())) return [];
    const names = await readdir(this.path(), { recursive: true });
    return names.filter((name) => /\.tmp\b/.test(name));
  }

  async remove(): Promise<void> {
    for (const pid of await this.processes()) process.kill(pid, "SIGKILL");
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Waits until a condition holds, at most `limitMs`. */
export async function until(holds: () => Promise<boolean>, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`the condition did not hold after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
