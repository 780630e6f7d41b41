import { setTimeout as sleep } from "node:timers/promises";
import { minuteMs } from "../../platform/base/durations";
import { reasonOf } from "../../platform/base/errors";
import { harmlessText } from "../../platform/base/harmless-text";
import { onLostNpm } from "./npm-above";

/** How long a command that is told to stop may take for it, in milliseconds. */
export interface Patience {
  /** For the command itself, to remove a canary for example. */
  readonly commandMs: number;
  /** For that and for stopping what it had started. */
  readonly allMs: number;
  /** For which a second signal counts as the first one again. */
  readonly deafMs: number;
}

const onThisMachine: Patience = { commandMs: 5_000, allMs: 10_000, deafMs: 0 };

/**
 * An update of a stack that is cut off leaves the stack locked and its resources half changed; one that rolls a canary back takes
 * minutes. Agents of Azure Pipelines send SIGTERM 7.5 s after SIGINT (PROCESS_SIGINT_TIMEOUT), which is no second wish.
 */
export const patienceWithStacks: Patience = {
  commandMs: 14 * minuteMs,
  allMs: 15 * minuteMs,
  deafMs: 30_000,
};

/** The life of one command: what it has started, and the signal that ends it. */
export class CommandScope {
  private readonly abort = new AbortController();
  private readonly deferred: (() => Promise<unknown>)[] = [];
  private ending: Promise<void> | undefined;
  private patience = onThisMachine;

  /** Aborted by Ctrl-C and SIGTERM. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Gives the command more time, once it is known what it does. */
  waitFor(patience: Patience): void {
    this.patience = patience;
  }

  /** Registers work for when the command ends, however it ends; what was registered last is done first. */
  defer(work: () => Promise<unknown>): void {
    this.deferred.push(work);
  }

  /** Runs the deferred work, once, however often it is called. */
  end(): Promise<void> {
    return (this.ending ??= this.undo());
  }

  /**
   * Ends the process on Ctrl-C and SIGTERM, after the command, which `signal` tells, and what was deferred; a second
   * signal waits for neither, once the patience for it is over. The same happens when nothing reads its output any longer (`mlops lifecycle | head -1`).
   */
  endEarly(command: Promise<void>): void {
    let stoppedAtMs = 0;
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(signal, () => {
        if (!this.signal.aborted) {
          stoppedAtMs = performance.now();
          this.stopBy(command, code);
        } else if (performance.now() - stoppedAtMs >= this.patience.deafMs) process.exit(code);
      });
    }
    onLostNpm(() => {
      if (!this.signal.aborted) this.stopBy(command, 143);
    });
    for (const stream of [process.stdout, process.stderr]) {
      stream.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") throw error;
        if (this.signal.aborted) return;
        // The command had finished: its reader simply did not want the rest of the output.
        void this.interrupt(command, 141).then((done) => process.exit(done ? undefined : 141));
      });
    }
  }

  private stopBy(command: Promise<void>, code: number): void {
    const { allMs } = this.patience;
    const mayTake = allMs > minuteMs ? ` This may take ${Math.round(allMs / minuteMs)} minutes.` : "";
    process.stderr.write(`\nStopping.${mayTake}\n`);
    void this.interrupt(command, code).then(() => process.exit(code));
  }

  /** Tells the command to end and undoes what was deferred; whether the command had done its work. */
  private async interrupt(command: Promise<void>, code: number): Promise<boolean> {
    this.abort.abort();
    setTimeout(() => process.exit(code), this.patience.allMs).unref();
    // What was deferred stops the environments that the command may still be changing.
    const done = await Promise.race([
      command.then(
        () => true,
        () => false,
      ),
      sleep(this.patience.commandMs, false, { ref: false }),
    ]);
    await this.end();
    return done;
  }

  private async undo(): Promise<void> {
    for (let work = this.deferred.pop(); work; work = this.deferred.pop()) {
      // One failure must not keep the rest from being undone.
      await work().catch((error: unknown) => {
        process.stderr.write(`${harmlessText(reasonOf(error))}\n`);
      });
    }
  }
}
