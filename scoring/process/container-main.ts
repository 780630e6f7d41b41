import path from "node:path";
import { explainStorageError, PlatformError } from "../../platform/base/errors";
import { packageSettings } from "./package-settings";

/** Folder of the package that the image holds, beside the programs. */
const packageDirectory = path.join(__dirname, "..", "package");

/**
 * Ends the process on SIGTERM until the service does: the first process of a container is deaf to a signal that it does
 * not listen for, and while it starts it has nothing to finish.
 */
function endWhileStarting(): void {
  let starting = true;
  process.on("SIGTERM", () => {
    if (starting) process.exit(0);
  });
  // It stays: Node.js would no longer listen for the signal if the only listener went while another comes.
  process.on("newListener", (event) => {
    if (event === "SIGTERM") starting = false;
  });
}

/**
 * Entry of the scoring image: what the package decides stands in for settings that the environment does not give; then
 * the service starts as it does anywhere.
 */
async function main(): Promise<void> {
  endWhileStarting();
  try {
    const decided = await packageSettings(packageDirectory);
    for (const [name, value] of Object.entries(decided)) process.env[name] ??= value;
  } catch (thrown) {
    const error = explainStorageError(thrown);
    if (!(error instanceof PlatformError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  require("./main");
}

void main();
