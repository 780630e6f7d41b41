import { PlatformError, exitCodeOf, explainStorageError } from "../../platform/base/errors";
import { readSettings } from "../../platform/settings/settings";
import { startGateway } from "./gateway";
import { scoringEntry } from "./scoring-process";

/** Longest time for the whole shutdown, in milliseconds; the scoring processes end with this one in any case. */
const shutdownTimeoutMs = 25_000;

function fail(thrown: unknown): never {
  const error = explainStorageError(thrown);
  if (!(error instanceof PlatformError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(exitCodeOf(error));
}

/** The whole life of a gateway process. Its one argument is another program for the scoring processes. */
async function main(): Promise<void> {
  let stopping = false;
  const shutdown = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), shutdownTimeoutMs).unref();
    void started.then(async (stop) => {
      await stop();
      process.exit(0);
    });
  };
  const started = startGateway({
    settings: readSettings("gateway", process.env),
    entry: process.argv[2] ?? scoringEntry,
    onStop: shutdown,
  });
  process.once("SIGTERM", shutdown);
  process.once("SIGINT", shutdown);
  // Only a gateway that was started with an IPC channel belongs to the process that started it.
  process.once("disconnect", shutdown);
  await started;
}

main().catch(fail);
