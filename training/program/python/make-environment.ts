import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { runCommand } from "../run-command";
import { askProgram, type Python } from "./find-python";

const run = promisify(execFile);

/** Packages of some hundred megabytes over a slow line. */
const timeoutMs = 30 * 60_000;

/** What an environment is made of, and who is told of it. */
export interface Making {
  readonly python: Python;
  /** Path of the requirements file. */
  readonly requirements: string;
  /** Folder that paths in the requirements begin at. */
  readonly directory: string;
  readonly signal?: AbortSignal | undefined;
  readonly onOutput?: ((line: string) => void) | undefined;
  readonly log?: string | undefined;
}

const seenSchema = z.object({ python: z.string(), packages: z.array(z.string()) });

/** Prints Python's version and all packages but those that environments are made with. */
const listPackages = `
import importlib.metadata, json, platform
names = {}
for found in importlib.metadata.distributions():
    names[found.metadata["Name"].lower().replace("_", "-")] = found.version
packages = sorted(f"{name}=={version}" for name, version in names.items() if name not in ("pip", "setuptools", "wheel"))
print(json.dumps({"python": platform.python_version(), "packages": packages}))
`;

const interpreterInside = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";

function step(
  command: readonly string[],
  subject: string,
  remedy: string,
  { directory, signal, onOutput, log }: Making,
): Promise<void> {
  return runCommand({
    run: command,
    directory,
    timeoutMs,
    signal,
    onOutput,
    log,
    subject,
    remedies: { failed: remedy, tooLong: remedy, notFound: remedy },
  });
}

/** What an interpreter is and has. */
async function listInstalled(interpreter: string): Promise<z.output<typeof seenSchema>> {
  const { stdout } = await run(interpreter, ["-c", listPackages], { env: process.env });
  return seenSchema.parse(JSON.parse(stdout));
}

/** Makes an environment in a folder that does not exist, and says what is in it. */
export async function makeEnvironment(
  folder: string,
  making: Making,
): Promise<{ python: string; interpreter: string; packages: string[] }> {
  const { python, requirements, onOutput } = making;
  const interpreter = path.join(folder, interpreterInside);
  const hasUv = (await askProgram("uv", ["--version"])) !== undefined;
  const name = path.basename(requirements);
  onOutput?.(
    `making a Python ${python.version} environment for ${name} with ${hasUv ? "uv" : "venv and pip"}`,
  );
  const create = hasUv
    ? ["uv", "venv", "--no-project", "--python", python.command, folder]
    : [python.command, "-m", "venv", folder];
  const noVenv = "Install what it asks for (on Debian and Ubuntu, the package python3-venv), or install uv.";
  await step(create, "Making a Python environment", noVenv, making);
  const install = hasUv
    ? ["uv", "pip", "install", "--python", interpreter, "--requirement", requirements]
    : [
        interpreter,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--requirement",
        requirements,
      ];
  const remedy = `Correct ${name}, or the trainer's pythonVersion; where no package index is reached, name one that is (PIP_INDEX_URL, UV_INDEX_URL) or a folder of wheels (PIP_FIND_LINKS, UV_FIND_LINKS).`;
  await step(install, `Installing the packages of ${name} for Python ${python.version}`, remedy, making);
  return { ...(await listInstalled(interpreter)), interpreter: interpreterInside };
}
