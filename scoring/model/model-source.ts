import { realpath } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { digestOfDirectory, findJson } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { readTrustedKeys } from "../../platform/signing/trusted-keys";
import { checkSignature } from "../../platform/registry/version-signature";

/** The part of a package's manifest, `package.json` beside the model directory, that says what the model is. */
const manifestSchema = z.object({
  model: z.string(),
  modelDigest: z.string().optional(),
  signature: z.string().optional(),
});

/** A model directory as it is now, checked but not loaded. */
export interface ModelSource {
  /** Without links: what a link that names the current version pointed to. */
  readonly directory: string;
  /** `name:version` of the package it is a part of; absent when it is in none. */
  readonly packaged?: string;
}

interface ModelSourceOptions {
  /** That the content has to have; that which its package names when absent. */
  readonly modelDigest?: string | undefined;
  /** Public keys, or their file, by one of which the version has to be signed; without it, none has to be. */
  readonly trustedKeys?: string | undefined;
}

async function requireSigned(
  directory: string,
  { model, signature }: { readonly model?: string | undefined; readonly signature?: string | undefined },
  { actual, trustedKeys }: { readonly actual: string; readonly trustedKeys: string },
): Promise<void> {
  const ref = model === undefined ? undefined : parseModelRef(model);
  const state =
    ref === undefined
      ? "unsigned"
      : checkSignature({ ...ref, digest: actual }, signature, await readTrustedKeys(trustedKeys));
  if (state === "valid") return;
  const wrong = {
    unsigned: "is not signed",
    altered: "is not what was signed",
    "unknown key": "is signed by a key that is not trusted",
  }[state];
  throw new PlatformError(
    "MODEL_INVALID",
    `${directory} ${wrong}, and MLOPS_TRUSTED_KEYS asks for a version that is signed by one of its keys. \`mlops registry verify\` says how the versions stand. Sign ${model ?? "the version"} with \`mlops registry sign\` and package it again, or deploy one that is.`,
  );
}

/** Finds the model directory and checks its content against the digest that is asked for, or that its package names, and its signature. */
export async function findModelSource(
  modelDirectory: string,
  { modelDigest: digest, trustedKeys }: ModelSourceOptions = {},
): Promise<ModelSource> {
  let directory: string;
  try {
    directory = await realpath(modelDirectory);
  } catch (cause) {
    if (systemErrorCode(cause) !== "ENOENT") throw cause;
    throw new PlatformError(
      "MODEL_INVALID",
      `${path.resolve(modelDirectory)} does not exist. MLOPS_MODEL_DIRECTORY is the folder of a model directory. Correct it, or restore the folder.`,
      { cause },
    );
  }
  // Not every file of that name is a package's manifest: npm's has no model.
  const manifest = manifestSchema.safeParse(await findJson(path.join(directory, "..", "package.json"))).data;
  const expected = digest ?? manifest?.modelDigest;
  if (expected !== undefined || trustedKeys !== undefined) {
    const actual = await digestOfDirectory(directory);
    if (trustedKeys !== undefined) await requireSigned(directory, manifest ?? {}, { actual, trustedKeys });
    if (expected !== undefined && actual !== expected) {
      throw new PlatformError(
        "MODEL_INVALID",
        `${directory} has the digest ${actual}, not ${expected} as ${digest === undefined ? "its package says" : "MLOPS_MODEL_DIGEST says"}. Its content was changed, or it is another model. Restore it, or deploy the right one.`,
      );
    }
  }
  return { directory, ...(manifest && { packaged: manifest.model }) };
}

/** The version to start with. It must be the one that the settings name: predictions are logged under that name. */
export function firstReference({ directory, packaged }: ModelSource, asked: string): string {
  if (packaged !== undefined && packaged !== asked) {
    throw new PlatformError(
      "MODEL_INVALID",
      `${directory} is ${packaged} by its package, not ${asked} as MLOPS_MODEL says. Correct one of the two settings.`,
    );
  }
  return asked;
}

/** The version to go on with; of the same model, and known by its package, as the setting is of the version before. */
export function nextReference({ directory, packaged }: ModelSource, current: string): string {
  if (packaged === undefined) {
    throw new PlatformError(
      "MODEL_INVALID",
      `${directory} is in no package, so its version is not known. A reload needs \`package.json\` beside the model directory. Link to a package made by \`mlops package\`.`,
    );
  }
  if (parseModelRef(packaged).name !== parseModelRef(current).name) {
    throw new PlatformError(
      "MODEL_INVALID",
      `${directory} is ${packaged}, another model than ${current}. Start a process of its own for it.`,
    );
  }
  return packaged;
}
