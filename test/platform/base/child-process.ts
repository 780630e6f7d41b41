import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

/** A program of a fixture folder running in a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  /** The next line it prints; throws, with what it wrote on stderr, when it ends without one. */
  line(): Promise<string>;
  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  kill(): Promise<void>;
}

export function startChild(program: string, args: readonly string[]): Child {
  const root = path.join(__dirname, "../../..");
  const child = spawn(process.execPath, ["--require", "tsx/cjs", program, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(() => child.exitCode);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return {
    process: child,
    ended,
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${path.basename(program)} ended without a line. ${errors}`);
      return next.value;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
