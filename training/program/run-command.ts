import { spawn, type ChildProcess } from "node:child_process";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { OutputLog } from "./output-log";
import { readLines } from "./output-lines";
import { environmentOfProgram, maskSecrets } from "./secrets";

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
  /** Variables of its environment beside those of this process. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Gets each line of output as it comes, without the secrets of the environment. */
  readonly onOutput?: ((line: string) => void) | undefined;
  /** File that all of its output is added to, as that gets it. */
  readonly log?: string | undefined;
  /** What is run, as a message about it begins: `The trainer's program "fit.R"`. */
  readonly subject: string;
  /** What to do, in a sentence, when it fails, takes too long or is not there. */
  readonly remedies: { readonly failed: string; readonly tooLong: string; readonly notFound: string };
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
  const log = command.log === undefined ? undefined : OutputLog.open(command.log);
  try {
    const lines: string[] = [];
    const masked = maskSecrets(process.env);
    const end = await runToEnd(command, (printed) => {
      const line = masked(printed);
      lines.push(line);
      if (lines.length > shownLines) lines.shift();
      log?.write(line);
      command.onOutput?.(line);
    });
    if (end.kind === "exited" && end.code === 0) return;
    throw describeFailure(command, end, lines);
  } finally {
    log?.close();
  }
}

type End =
  | { readonly kind: "exited"; readonly code: number | null; readonly by: string | null }
  | { readonly kind: "not-started"; readonly error: Error }
  | { readonly kind: "timed-out" | "aborted" };

function runToEnd(command: Command, onLine: (line: string) => void): Promise<End> {
  const [program = "", ...args] = command.run;
  const child = spawn(program, args, {
    cwd: command.directory,
    env: environmentOfProgram(process.env, command.variables),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine);
  return waitForEnd(child, command);
}

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

function interrupted(): PlatformError {
  return new PlatformError(
    "INTERRUPTED",
    "Training was interrupted. Nothing was kept. Start it again when you like.",
  );
}

/** How a program ended that was not told to, in a clause. */
function describeExit({ code, by }: Extract<End, { kind: "exited" }>): string {
  if (by === null) return `ended with exit code ${code}`;
  // The kernel ends what takes more memory than there is, and says so nowhere else.
  const why = by === "SIGKILL" ? ", as the system does when memory runs out" : "";
  return `was ended by the signal ${by}${why}`;
}

function describeFailure(command: Command, end: End, lines: readonly string[]): PlatformError {
  const { timeoutMs, log, subject, remedies } = command;
  const where = log === undefined ? "" : ` All of its output is in ${log}.`;
  const output = lines.length > 0 ? `${where} Its last output:\n${lines.join("\n")}` : "";
  const failed = (message: string, cause?: Error): PlatformError =>
    new PlatformError("TRAINING_FAILED", `${subject} ${message}`, { cause });
  switch (end.kind) {
    case "aborted":
      return interrupted();
    case "not-started":
      return failed(
        systemErrorCode(end.error) === "ENOENT"
          ? `was not found. A program on the PATH, or a path, is expected. ${remedies.notFound}`
          : `could not be started: ${end.error.message}. ${remedies.notFound}`,
        end.error,
      );
    case "timed-out":
      return failed(
        `ran for more than ${timeoutMs / 60_000} minutes and was stopped. ${remedies.tooLong}${output}`,
      );
    case "exited":
      return failed(`${describeExit(end)}. Exit code 0 is expected. ${remedies.failed}${output}`);
  }
}
