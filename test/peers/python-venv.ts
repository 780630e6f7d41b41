import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * The Python that the peers tests use: PEERS_PYTHON, an interpreter with the packages of
 * `test/peers/requirements.txt` (python3 -m venv <folder> && <folder>/bin/pip install -r test/peers/requirements.txt).
 */
const python = process.env.PEERS_PYTHON;

/** Why the tests that need Python are skipped; undefined when they are not. */
export const skipReason =
  python === undefined
    ? "PEERS_PYTHON is not set"
    : existsSync(python)
      ? undefined
      : `PEERS_PYTHON is ${python}, which does not exist`;

/** Runs a script of this folder (or another, by absolute path) and gives what it prints. */
export async function runPython(script: string, args: readonly string[]): Promise<string> {
  const file = path.resolve(__dirname, script);
  const { stdout } = await execute(python ?? "python3", [file, ...args], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: "true", PYTHONWARNINGS: "ignore" },
  });
  return stdout;
}
