import path from "node:path";
import type { PackagedRelease } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, shortDigest } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { packageModel, type Packaging } from "./package";

/** Whether a release's package is in its folder; `verifyPackage` says whether it is as it was packaged. */
export function hasPackage(release: Pick<PackagedRelease, "package">): Promise<boolean> {
  return fileExists(path.join(release.package, "package.json"));
}

/** Makes the package of a release again where it is gone; throws CONFLICT when it would be another one than was released. */
export async function restorePackage(
  packaging: Packaging,
  release: Pick<PackagedRelease, "model" | "package" | "digest">,
): Promise<void> {
  if (await hasPackage(release)) return;
  const { model, digest } = release;
  const made = await packageModel(packaging, parseModelRef(model));
  if (made.digest === digest) return;
  const short = [digest, made.digest].map((each) => `sha256:${shortDigest(each)}`);
  throw new PlatformError(
    "CONFLICT",
    `The package of ${model} is gone from ${release.package}, and cannot be made again as it was: it was ${short[0]}, and the code and the limits of now give ${short[1]}. Put the folder back, check out the commit that packaged it, or release the version anew with \`mlops release ${model}\`.`,
  );
}

/** The model directory of a version: that of its package or, where that is gone, of one that is made now. */
export async function packagedModelDirectory(
  packaging: Packaging,
  { model, package: folder }: { readonly model: string; readonly package?: string },
): Promise<string> {
  if (folder !== undefined && (await hasPackage({ package: folder }))) return path.join(folder, "model");
  // Whatever code is packaged with it: the model of a version is always the same.
  const made = await packageModel(packaging, parseModelRef(model));
  return path.join(made.package, "model");
}
