import { randomUUID } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../base/errors";
import { fileExists } from "../../base/files";
import type { ModelRef } from "../../definition/model-ref";
import { formatModelRef } from "../../definition/model-ref";
import { ifThere } from "./registry-files";

export function exists(fileOrFolder: string): Promise<boolean> {
  return ifThere(async () => Boolean(await stat(fileOrFolder)), false);
}

/** Throws unless a folder looks like a model directory. */
export async function assertModelDirectory(directory: string): Promise<void> {
  if (await fileExists(path.join(directory, "MLmodel"))) return;
  throw new PlatformError(
    (await exists(directory)) ? "MODEL_INVALID" : "NOT_FOUND",
    `${directory} is not a model directory. Expected a folder with an MLmodel file, as training writes it. Train the model, or correct the path.`,
  );
}

/** Makes a folder whole or not at all: `fill` writes it beside its place. */
export async function makeFolder(
  destination: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  if (await exists(destination)) {
    throw new PlatformError(
      "CONFLICT",
      `${destination} exists. Expected a path that is free. Remove it or choose another.`,
    );
  }
  const temporary = `${destination}.${randomUUID()}.tmp`;
  try {
    await fill(temporary);
    await rename(temporary, destination);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** That there is no such version, and which there are. */
export function missingVersion(ref: ModelRef, versions: readonly number[]): PlatformError {
  const known = versions.map((version) => formatModelRef({ name: ref.name, version })).slice(-5);
  return new PlatformError(
    "NOT_FOUND",
    `${formatModelRef(ref)} is not in the registry. ` +
      (known.length > 0
        ? `The last versions are ${known.join(", ")}.`
        : `There is no version of ${ref.name}.`) +
      " Choose a version that is there, or train and register one.",
  );
}
