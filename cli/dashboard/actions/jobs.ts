import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { newRunId } from "../../../platform/base/run-id";
import { PlatformError } from "../../../platform/base/errors";
import { shellWords } from "../../terminal/shell-words";
import type { ActionId } from "./possible-actions";

/** A verb that was started from a page. */
export interface Job {
  readonly id: string;
  readonly model: string;
  readonly action: ActionId;
  readonly verb: readonly string[];
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** What it has written, the newest lines of it. */
  readonly output: string;
  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly code?: number | null;
}

interface StartedJob extends Pick<Job, "model" | "action" | "verb" | "reason"> {
  /** Who has asked for it, where somebody vouches for the name; for the audit trail. */
  readonly actor?: string | undefined;
}

/** Characters that are kept of what a verb writes. */
const maxOutput = 100_000;
/** Jobs that are remembered. */
const maxJobs = 200;

type Running = { -readonly [Key in keyof Job]: Job[Key] } & { readonly process: ChildProcess };

/** Runs verbs as processes of their own, by the command that a person would type: with its locks, and what it leaves behind. */
export class Jobs {
  private readonly jobs = new Map<string, Running>();

  constructor(
    /** The program and its arguments before the verb. */
    private readonly command: readonly [string, ...string[]],
    private readonly onEnd: () => void,
  ) {}

  get(id: string): Job | undefined {
    return this.jobs.get(id);
  }

  /** What runs for a model now. */
  runningOf(model: string): Job | undefined {
    return [...this.jobs.values()].find((job) => job.model === model && job.code === undefined);
  }

  /** Starts a verb; throws CONFLICT while another one of the model runs. */
  start({ actor, ...job }: StartedJob): Job {
    const running = this.runningOf(job.model);
    if (running !== undefined) {
      throw new PlatformError(
        "CONFLICT",
        `\`mlops ${shellWords(running.verb)}\` is under way since ${running.startedAt}. Wait until it has ended, and look again at what it has changed.`,
      );
    }
    const [program, ...before] = this.command;
    const child = spawn(program, [...before, ...job.verb], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...(actor !== undefined && { MLOPS_ACTOR: actor }) },
    });
    const now = new Date();
    const started: Running = {
      ...job,
      id: newRunId(job.model, now),
      startedAt: now.toISOString(),
      output: "",
      process: child,
    };
    const take = (text: string): void => {
      started.output = (started.output + text).slice(-maxOutput);
    };
    // Decoded as a stream: a character may lie in two pieces.
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", ({ message }) => {
      started.output += `\n${message}`;
      started.code = null;
    });
    child.on("close", (code) => {
      started.code = code;
      this.onEnd();
    });
    this.jobs.set(started.id, started);
    for (const id of [...this.jobs.keys()].slice(0, -maxJobs)) this.jobs.delete(id);
    return started;
  }

  /** Asks what runs to stop, as Ctrl-C does, and waits until it has. */
  async stop(): Promise<void> {
    const running = [...this.jobs.values()].filter(({ code }) => code === undefined);
    await Promise.all(
      running.map(async ({ process: child }) => {
        const closed = once(child, "close");
        child.kill("SIGTERM");
        await closed;
      }),
    );
  }
}
