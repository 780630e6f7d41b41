import type { Release } from "../../platform/deployment";
import { PlatformError } from "../../platform/errors";
import { verifyPackage } from "../package";

/** Base of the images, by name; a pipeline gives it by digest. */
const defaultNodeImage = "node:24-bookworm-slim";

export interface ScoringImageOptions {
  /** Host of the registry that the environments pull from. */
  readonly registry: string;
  readonly nodeImage?: string | undefined;
}

/** Builds the scoring image of a release and pushes it; the same package and code give the same image. */
export async function pushScoringImage(release: Release, options: ScoringImageOptions): Promise<string> {
  await verifyPackage(release);
  const { registry, nodeImage = defaultNodeImage } = options;
  // Loaded on use: it brings the bundler.
  const { buildImage } = require("../../build/image") as typeof import("../../build/image");
  const { pinned } = await buildImage({
    kind: "scoring",
    release,
    nodeImage,
    registry,
    builder: "urn:mlops:builder:local",
  });
  if (pinned !== undefined) return pinned;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The image of ${release.model} was built but has no digest in ${registry}. Expected it to be pushed. Run \`az acr login\` for the registry, and this command again.`,
  );
}
