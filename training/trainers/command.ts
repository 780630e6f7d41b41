import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";

/** Lines of output repeated in the message when the program fails. */
const shownLines = 20;
/** Time the program has to end after SIGTERM, in milliseconds, before it is killed. */
const graceMs = 5_000;

export interface Command {
  /** Program and arguments; no shell sees them. */
  readonly run: readonly string[];
  /** Folder the program is started in. */
  readonly directory: string;
  /** Longest run, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Gets each line of output as it comes. */
  readonly onOutput?: ((line: string) => void) | undefined;
}

/** Arguments with `{data}` and `{output}` replaced. */
export function fillPlaceholders(
  run: readonly string[],
  { data, output }: { readonly data: string; readonly output: string },
): string[] {
  return run.map((argument) => argument.replaceAll("{data}", data).replaceAll("{output}", output));
}

/**
 * Runs a program to its end; throws TRAINING_FAILED with its last lines when it fails or takes too long, INTERRUPTED
 * when the signal aborts it. It runs in a process group of its own, which is killed whole: no child outlives it.
 */
export async function runCommand(command: Command): Promise<void> {
  if (command.signal?.aborted) throw interrupted();
  const [program = "", ...args] = command.run;
  const child = spawn(program, args, {
    cwd: command.directory,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (line) => {
      lines.push(line);
      if (lines.length > shownLines) lines.shift();
      command.onOutput?.(line);
    });
  }
  const end = await waitForEnd(child, command);
  if (end.kind === "exited" && end.code === 0) return;
  throw describeFailure(command, end, lines);
}

type End =
  | { readonly kind: "exited"; readonly code: number | null; readonly by: string | null }
  | { readonly kind: "not-started"; readonly error: Error }
  | { readonly kind: "timed-out" | "aborted" };

function waitForEnd(child: ChildProcess, { timeoutMs, signal }: Command): Promise<End> {
  return new Promise((resolve) => {
    let reason: "timed-out" | "aborted" | undefined;
    let killing: NodeJS.Timeout | undefined;
    const stop = (why: "timed-out" | "aborted"): void => {
      if (reason) return;
      reason = why;
      signalGroup(child, "SIGTERM");
      killing = setTimeout(() => signalGroup(child, "SIGKILL"), graceMs);
    };
    const timer = setTimeout(() => stop("timed-out"), timeoutMs);
    const onAbort = (): void => stop("aborted");
    signal?.addEventListener("abort", onAbort, { once: true });
    const finish = (end: End): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      signal?.removeEventListener("abort", onAbort);
      resolve(reason ? { kind: reason } : end);
    };
    child.once("error", (error) => finish({ kind: "not-started", error }));
    // What the program has left running holds its pipes open; "close" comes when that is gone.
    child.once("exit", () => signalGroup(child, "SIGKILL"));
    child.once("close", (code, by) => finish({ kind: "exited", code, by }));
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // No process of the group is left.
    if (systemErrorCode(error) !== "ESRCH") throw error;
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on("line", onLine);
}

function interrupted(): PlatformError {
  return new PlatformError(
    "INTERRUPTED",
    "Training was interrupted. Nothing was kept. Start it again when you like.",
  );
}

function describeFailure({ run, timeoutMs }: Command, end: End, lines: readonly string[]): PlatformError {
  const program = run[0] ?? "";
  const output = lines.length > 0 ? ` Its last output:\n${lines.join("\n")}` : "";
  switch (end.kind) {
    case "aborted":
      return interrupted();
    case "not-started":
      return new PlatformError(
        "TRAINING_FAILED",
        systemErrorCode(end.error) === "ENOENT"
          ? `The trainer's program "${program}" was not found. A program on the PATH, or a path, is expected. Install it, or correct the definition's trainer.`
          : `The trainer's program "${program}" could not be started: ${end.error.message}. Correct the definition's trainer.`,
        { cause: end.error },
      );
    case "timed-out":
      return new PlatformError(
        "TRAINING_FAILED",
        `The trainer's program "${program}" ran for more than ${timeoutMs / 60_000} minutes and was stopped. Raise the trainer's timeoutMinutes, or make it faster.${output}`,
      );
    case "exited":
      return new PlatformError(
        "TRAINING_FAILED",
        `The trainer's program "${program}" ended with ${end.by ?? `exit code ${end.code}`}. 0 is expected. Correct the program.${output}`,
      );
  }
}
