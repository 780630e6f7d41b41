import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../platform/base/errors";
import { onLostNpm } from "./npm-above";

/** How long a command may take to stop what it started once it was told to stop, in milliseconds. */
const stopPatienceMs = 10_000;
/** How much of that the command itself may take to finish, to remove a canary for example. */
const commandPatienceMs = 5_000;

/** The life of one command: what it has started, and the signal that ends it. */
export class CommandScope {
  private readonly abort = new AbortController();
  private readonly deferred: (() => Promise<unknown>)[] = [];
  private ending: Promise<void> | undefined;

  /** Aborted by Ctrl-C and SIGTERM. */
  get signal(): AbortSignal {
    return this.abort.signal;
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
   * signal waits for neither. The same happens when nothing reads its output any longer (`mlops lifecycle | head -1`).
   */
  endEarly(command: Promise<void>): void {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(signal, () => {
        if (this.signal.aborted) process.exit(code);
        this.stopBy(command, code);
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
    process.stderr.write("\nStopping.\n");
    void this.interrupt(command, code).then(() => process.exit(code));
  }

  /** Tells the command to end and undoes what was deferred; whether the command had done its work. */
  private async interrupt(command: Promise<void>, code: number): Promise<boolean> {
    this.abort.abort();
    setTimeout(() => process.exit(code), stopPatienceMs).unref();
    // What was deferred stops the environments that the command may still be changing.
    const done = await Promise.race([
      command.then(
        () => true,
        () => false,
      ),
      sleep(commandPatienceMs, false, { ref: false }),
    ]);
    await this.end();
    return done;
  }

  private async undo(): Promise<void> {
    for (let work = this.deferred.pop(); work; work = this.deferred.pop()) {
      // One failure must not keep the rest from being undone.
      await work().catch((error: unknown) => {
        process.stderr.write(`${reasonOf(error)}\n`);
      });
    }
  }
}
