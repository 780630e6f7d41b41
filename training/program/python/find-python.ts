import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { quoted } from "../../../platform/base/wording";

const run = promisify(execFile);

/** Python's own word for a version too old to have what trainers' programs are written with. */
const minMinor = 9;
/** An interpreter answers in milliseconds; a stub that opens a shop never does. */
const timeoutMs = 30_000;

/** An interpreter that was found. */
export interface Python {
  /** Path, or name on the PATH. */
  readonly command: string;
  /** As "3.12.4". */
  readonly version: string;
}

/** The part of a version that packages are made for: "3.12" of "3.12.4". */
export function minorVersion(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** The first line that a program prints; undefined when it is not there or fails. */
export async function askProgram(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, [...args], { timeout: timeoutMs, env: process.env });
    return stdout.trim().split("\n")[0] ?? "";
  } catch (error) {
    if (systemErrorCode(error) === "EMFILE") throw error;
    return undefined;
  }
}

async function findOnPath(names: readonly string[]): Promise<Python[]> {
  const found: Python[] = [];
  for (const command of names) {
    const version = await askProgram(command, ["-c", "import platform; print(platform.python_version())"]);
    if (version !== undefined && /^\d+\.\d+\.\d+/.test(version)) found.push({ command, version });
  }
  return found;
}

function isFit({ version }: Python, wanted: string | undefined): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return wanted === undefined ? major === 3 && minor >= minMinor : minorVersion(version) === wanted;
}

/** The interpreter that uv finds, or fetches, for a version; undefined without uv. */
async function findByUv(wanted: string): Promise<Python | undefined> {
  let command = await askProgram("uv", ["python", "find", wanted]);
  if (command === undefined && (await askProgram("uv", ["--version"])) !== undefined) {
    await run("uv", ["python", "install", wanted], { timeout: 20 * timeoutMs, env: process.env }).catch(
      () => undefined,
    );
    command = await askProgram("uv", ["python", "find", wanted]);
  }
  if (command === undefined) return undefined;
  return (await findOnPath([command])).find((python) => isFit(python, wanted));
}

/**
 * The Python for a trainer's program: on the PATH, or where uv has it. Throws TRAINING_FAILED with what was found when none
 * is of the version `wanted` ("3.12"), or without it of 3.9 or later.
 */
export async function findPython(wanted?: string): Promise<Python> {
  const names = [...(wanted === undefined ? [] : [`python${wanted}`]), "python3", "python"];
  const found = await findOnPath(names);
  const fit = found.find((python) => isFit(python, wanted)) ?? (await findByUv(wanted ?? "3"));
  if (fit !== undefined) return fit;
  const expected = wanted === undefined ? `Python 3.${minMinor} or later` : `Python ${wanted}`;
  const seen = found.map(({ command, version }) => `${command} is ${version}`);
  throw new PlatformError(
    "TRAINING_FAILED",
    `${seen.length === 0 ? `No Python was found on the PATH (${quoted(names)})` : `No fitting Python was found: ${seen.join(", ")}`}. The trainer's program needs ${expected}. Install it, or install uv, which fetches it${wanted === undefined ? "" : "; or correct the trainer's pythonVersion"}.`,
  );
}
