import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { PackagedRelease } from "../../platform/release/deployment";
import type { ServingLimits } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import {
  digestOf,
  digestOfDirectory,
  digestOfFile,
  fileExists,
  findJson,
  listFiles,
  shortDigest,
  writeJson,
} from "../../platform/base/files";
import type { ModelRef } from "../../platform/definition/model-ref";
import { formatModelRef } from "../../platform/definition/model-ref";
import type { Registry } from "../../platform/registry/registry";
import { signatureTag } from "../../platform/registry/version-signature";

const root = path.join(__dirname, "..", "..");

/** The part of a package's manifest by which its model is known. */
const manifestSchema = z.object({ modelDigest: z.string() });

/** Digest of what serves a model beside the model itself: the service's code and the versions it runs with. */
async function digestOfService(): Promise<string> {
  const lines = [`package-lock.json ${await digestOfFile(path.join(root, "package-lock.json"))}`];
  for (const folder of ["platform", "scoring"]) {
    for (const file of await listFiles(path.join(root, folder))) {
      lines.push(`${folder}/${file} ${await digestOfFile(path.join(root, folder, file))}`);
    }
  }
  return digestOf(lines.join("\n"));
}

/** What a package is made from, and where. */
export interface Packaging {
  readonly registry: Pick<Registry, "get" | "download">;
  readonly packages: string;
  readonly serving: ServingLimits;
}

/**
 * Puts a registered version, the limits it is served with and the digest of the service that will run it into one
 * folder, named by its content. The same version and code give the same package, so packaging twice is harmless.
 */
export async function packageModel(
  { registry, packages, serving }: Packaging,
  ref: ModelRef,
): Promise<PackagedRelease> {
  const model = formatModelRef(ref);
  const version = await registry.get(ref);
  const signature = version.tags[signatureTag];
  const manifest = {
    model,
    modelDigest: version.digest,
    ...(signature !== undefined && { signature }),
    serviceDigest: await digestOfService(),
    serving,
  };
  const digest = digestOf(JSON.stringify(manifest));
  const folder = path.join(packages, `${ref.name}-${ref.version}-${shortDigest(digest)}`);
  const release: PackagedRelease = { model, package: folder, digest };
  if (await fileExists(path.join(folder, "package.json"))) {
    await verifyPackage(release);
    return release;
  }
  const staging = `${folder}.${randomUUID()}.tmp`;
  try {
    await mkdir(staging, { recursive: true });
    await registry.download(ref, path.join(staging, "model"));
    await writeJson(path.join(staging, "package.json"), manifest);
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return release;
}

/** The digest of a manifest; none of one that is nested so deep that it cannot be written. */
function digestOfManifest(manifest: unknown): string | undefined {
  try {
    return digestOf(JSON.stringify(manifest));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

/** Throws when a package is not, byte for byte, what was packaged. */
export async function verifyPackage(release: PackagedRelease): Promise<void> {
  const remedy = `Delete ${release.package} and run \`mlops package ${release.model}\` again.`;
  const manifest = await findJson(path.join(release.package, "package.json"), remedy);
  if (manifest === undefined) {
    throw new PlatformError(
      "NOT_FOUND",
      `The package of ${release.model} is missing or incomplete. ${remedy}`,
    );
  }
  const modelDigest = await digestOfDirectory(path.join(release.package, "model"));
  const recorded = manifestSchema.safeParse(manifest).data?.modelDigest;
  if (digestOfManifest(manifest) !== release.digest || recorded !== modelDigest) {
    throw new PlatformError(
      "MODEL_INVALID",
      `The package of ${release.model} was changed after it was packaged. ${remedy}`,
    );
  }
}
