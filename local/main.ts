import { PlatformError, explainStorageError } from "../platform/errors";
import { runCli } from "./cli";
import { CommandScope } from "./command-scope";

/** Exit codes: 0 done, 1 a check or gate said no or something failed, 2 wrong usage or settings. */
function exitCodeOf(error: unknown): number {
  const usage = ["USAGE", "SETTINGS_INVALID", "DEFINITION_INVALID"];
  return error instanceof PlatformError && usage.includes(error.code) ? 2 : 1;
}

async function main(): Promise<void> {
  const scope = new CommandScope();
  scope.endOnSignals();
  try {
    await runCli(scope, process.argv);
  } catch (thrown) {
    // The signal's handler ends the process; what the command failed with is only that it was ended.
    if (scope.signal.aborted) return;
    const error = explainStorageError(thrown);
    process.exitCode = exitCodeOf(error);
    if (error instanceof PlatformError) process.stderr.write(`\n${error.code}: ${error.message}\n`);
    else {
      const stack = error instanceof Error ? error.stack : String(error);
      process.stderr.write(`\nThis is a bug; please report it with these lines.\n${stack}\n`);
    }
  }
  await scope.end();
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`mlops status | head -1`) is no error.
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

void main();
