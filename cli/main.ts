import { PlatformError, describeBug, exitCodeOf, explainStorageError } from "../platform/base/errors";
import { runCli } from "./commands/program";
import { CommandScope } from "./commands/command-scope";
import { harmlessText } from "../platform/base/harmless-text";
import { shownText } from "./terminal/shown-text";
import { sourceLines } from "../platform/base/source-lines";

async function main(): Promise<void> {
  const scope = new CommandScope();
  const command = runCli(scope, process.argv);
  scope.endEarly(command);
  try {
    await command;
  } catch (thrown) {
    // The signal's handler ends the process; what the command failed with is only that it was ended.
    if (scope.signal.aborted) return;
    const error = explainStorageError(thrown);
    process.exitCode = exitCodeOf(error);
    if (error instanceof PlatformError)
      process.stderr.write(`\n${error.code}: ${shownText(error.message)}\n`);
    else process.stderr.write(`\n${harmlessText(sourceLines(describeBug(error)))}\n`);
  }
  await scope.end();
}

void main();
