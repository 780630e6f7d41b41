/** How long a command that was told to stop may take to stop what it started, in milliseconds. */
const stopPatienceMs = 10_000;

/** The life of one command: what it has started, and the signal that ends it. */
export class CommandScope {
  private readonly abort = new AbortController();
  private readonly deferred: (() => Promise<unknown>)[] = [];

  /** Aborted by Ctrl-C and SIGTERM. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Keeps what has to be done when the command ends, however it ends; the last kept is done first. */
  defer(work: () => Promise<unknown>): void {
    this.deferred.push(work);
  }

  /** Does what was deferred. Safe to call twice. */
  async end(): Promise<void> {
    for (const work of this.deferred.splice(0).reverse()) {
      // What cannot be undone must not keep the rest from being undone.
      await work().catch((error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      });
    }
  }

  /** Ends the process on Ctrl-C and SIGTERM, after what was deferred; a second signal does not wait for it. */
  endOnSignals(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        const code = 128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal];
        if (this.signal.aborted) process.exit(code);
        this.abort.abort();
        process.stderr.write("\nStopping.\n");
        setTimeout(() => process.exit(code), stopPatienceMs).unref();
        void this.end().then(() => process.exit(code));
      });
    }
  }
}
