import type { PackagedRelease } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { readSigningKey } from "../../platform/signing/signing-keys";
import { verifyPackage } from "../package/package";
import { azureRegistryLogin } from "./registry-sign-in";

/** Base of the images, by name; a pipeline gives it by digest. */
const defaultNodeImage = "node:24-bookworm-slim";

export interface ScoringImageOptions {
  /** Host of the registry that the environments pull from. */
  readonly registry: string;
  readonly nodeImage?: string | undefined;
  /** What the image is signed with: `MLOPS_SIGNING_KEY`. It is not without it. */
  readonly signingKey?: string | undefined;
}

/** Builds the scoring image of a release and pushes it; the same package and code give the same image. */
export async function pushScoringImage(
  release: PackagedRelease,
  options: ScoringImageOptions,
): Promise<string> {
  await verifyPackage(release);
  const { registry, nodeImage = defaultNodeImage, signingKey } = options;
  // Before anything is built: a key that cannot be read ends it here.
  const key = signingKey === undefined ? undefined : await readSigningKey(signingKey);
  // Loaded on use: it brings the bundler.
  const { buildImage } = require("../../build/image") as typeof import("../../build/image");
  const { pinned } = await buildImage({
    kind: "scoring",
    release,
    nodeImage,
    registry,
    login: await azureRegistryLogin(registry),
    signingKey: key,
    builder: "urn:mlops:builder:local",
  });
  if (pinned !== undefined) return pinned;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The image of ${release.model} was built but has no digest in ${registry}. Expected it to be pushed. Run this command again.`,
  );
}
