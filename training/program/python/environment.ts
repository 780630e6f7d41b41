import { dayMs } from "../../../platform/base/durations";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { z } from "zod";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { digestOf, fileExists, shortDigest, writeJson, type Digest } from "../../../platform/base/files";
import { findRecord } from "../../../platform/base/stored-record";
import { quoted } from "../../../platform/base/wording";
import { findPython, minorVersion } from "./find-python";
import { makeEnvironment, type Making } from "./make-environment";
import { readRequirements, unpinned, type Requirements } from "./requirements";

/** `environment.json`, the last file of an environment that is whole. */
const environmentSchema = z.object({
  /** As "3.12.4". */
  python: z.string(),
  /** The interpreter: a path in the folder, or a name on the PATH. */
  interpreter: z.string(),
  /** Folder with the packages, where the interpreter does not know them: a path in the environment's folder. */
  site: z.string().exactOptional(),
  /** What is installed, sorted: `lightgbm==4.6.0`. */
  packages: z.array(z.string()),
});

/** Where a trainer's Python program runs. */
export interface PythonEnvironment {
  readonly interpreter: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly python: string;
  readonly packages: readonly string[];
  /** Of Python's version and all packages with theirs. */
  readonly digest: Digest;
}

export interface EnvironmentRequest extends Pick<Making, "signal" | "onOutput" | "log"> {
  /** Folder of the model, from which `requirements` is named. */
  readonly directory: string;
  readonly requirements: string;
  readonly pythonVersion?: string | undefined;
  /** Folder of all environments. */
  readonly environments: string;
}

/** What was begun and not finished is removed after a day. */
const abandonedAfterMs = dayMs;

/** The name of an environment's folder: the same requirements for the same Python and system are the same environment. */
export function environmentKey(
  { lines }: Pick<Requirements, "lines">,
  python: string,
  system: { readonly platform: string; readonly arch: string } = process,
): string {
  const { platform, arch } = system;
  const digest = digestOf(JSON.stringify([minorVersion(python), platform, arch, ...lines]));
  return `python${minorVersion(python)}-${shortDigest(digest)}`;
}

async function findEnvironment(folder: string): Promise<PythonEnvironment | undefined> {
  const file = path.join(folder, "environment.json");
  const stored = await findRecord(file, environmentSchema, `Delete ${folder}; it is made again.`);
  if (stored === undefined) return undefined;
  const { python, packages, site } = stored;
  const isInside = stored.interpreter.includes("/");
  const interpreter = isInside ? path.join(folder, stored.interpreter) : stored.interpreter;
  // The Python that it was made with may have been removed since.
  if (isInside && !(await fileExists(interpreter))) return undefined;
  return {
    interpreter,
    python,
    packages,
    digest: digestOf([python, ...packages].join("\n")),
    variables: {
      // Where it runs may be read-only, and what it prints is wanted when it is printed.
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONUNBUFFERED: "1",
      PYTHONNOUSERSITE: "1",
      // Converters go through sets of names: their order, and with it the bytes of model.onnx, would be another each time.
      PYTHONHASHSEED: "0",
      ...(site !== undefined && { PYTHONPATH: path.join(folder, site) }),
    },
  };
}

async function removeAbandoned(environments: string): Promise<void> {
  for (const name of await readdir(environments)) {
    const folder = path.join(environments, name);
    if (!name.endsWith(".tmp")) continue;
    const age = Date.now() - (await stat(folder)).mtimeMs;
    if (age > abandonedAfterMs) await rm(folder, { recursive: true, force: true });
  }
}

/** Puts an environment in its place; another command may have made the same one meanwhile. */
async function settle(made: string, folder: string): Promise<void> {
  try {
    await rename(made, folder);
  } catch (error) {
    if (!["EEXIST", "ENOTEMPTY"].includes(systemErrorCode(error) ?? "")) throw error;
    if ((await findEnvironment(folder)) === undefined) {
      await rm(folder, { recursive: true, force: true });
      await rename(made, folder);
    }
  }
}

/** Makes the folder in which an environment is made. Where nothing may be written, as in an image, all must be there. */
async function beginIn(environments: string, folder: string): Promise<string> {
  const making = `${folder}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(making, { recursive: true });
  } catch (cause) {
    if (!["EACCES", "EROFS", "EPERM"].includes(systemErrorCode(cause) ?? "")) throw cause;
    throw new PlatformError(
      "TRAINING_FAILED",
      `${folder} does not exist, and cannot be made: the training image holds another environment than the model asks for. An image is built with the model's requirements and for its Python. Build it again, or set MLOPS_PYTHON_ENVIRONMENTS to a folder that can be written.`,
      { cause },
    );
  }
  await removeAbandoned(environments);
  return making;
}

/**
 * The environment for a model's requirements: made on first use, by uv if it is there and otherwise by Python's own venv and pip,
 * and kept by what it is made of. Throws TRAINING_FAILED when there is no fitting Python or a package cannot be installed.
 */
export async function openEnvironment(request: EnvironmentRequest): Promise<PythonEnvironment> {
  const { environments, directory, onOutput } = request;
  const requirements = await readRequirements(path.resolve(directory, request.requirements));
  const python = await findPython(request.pythonVersion);
  const folder = path.join(environments, environmentKey(requirements, python.version));
  const known = await findEnvironment(folder);
  if (known !== undefined) return known;
  const open = unpinned(requirements);
  if (open.length > 0) {
    onOutput?.(
      `${request.requirements} does not say which version of ${quoted(open, 5)}: another day may bring another one. Pin each with ==.`,
    );
  }
  const making = await beginIn(environments, folder);
  try {
    const stored = await makeEnvironment(making, { ...request, requirements: requirements.file, python });
    await writeJson(path.join(making, "environment.json"), stored);
    await settle(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  const made = await findEnvironment(folder);
  if (made === undefined) throw new Error(`${folder} was made and is not there.`);
  return made;
}
