import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const scoringServer = path.join(__dirname, "../../../scoring/process/main.ts");
export const slowServer = path.join(__dirname, "fixtures/slow-scoring.ts");

/** A scoring process of a test, with all that it wrote. */
export class ScoringProgram {
  private text = "";
  private readonly exited: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    child.stdout?.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
    this.exited = once(child, "close").then(() => child.exitCode);
  }

  static start(settings: Record<string, string | undefined>, program = scoringServer): ScoringProgram {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", program], {
      env: {
        PATH: process.env.PATH,
        MLOPS_MODEL: "cost:1",
        MLOPS_ENVIRONMENT: "qa",
        MLOPS_PORT: "0",
        ...settings,
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    return new ScoringProgram(child);
  }

  /** Everything it wrote to stdout and stderr. */
  get output(): string {
    return this.text;
  }

  /** Its exit code, once it has ended; null when a signal ended it. */
  get ended(): Promise<number | null> {
    return this.exited;
  }

  /** The next message; throws with what it wrote when it ends without one. */
  async message(): Promise<Record<string, unknown>> {
    const ended = this.exited.then((code) => Promise.reject(new Error(`ended with ${code}: ${this.text}`)));
    const [message] = (await Promise.race([once(this.child, "message"), ended])) as [Record<string, unknown>];
    return message;
  }

  async port(): Promise<number> {
    return (await this.message()).port as number;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exited;
  }
}

/** Starts programs for the tests of a file and ends those that are left after each. */
export function usePrograms(): (typeof ScoringProgram)["start"] {
  const programs: ScoringProgram[] = [];
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.kill()));
  });
  return (...args) => {
    const program = ScoringProgram.start(...args);
    programs.push(program);
    return program;
  };
}

/** Polls until a condition holds; throws after `limitMs`. */
export async function until(holds: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it did not come to hold in ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
