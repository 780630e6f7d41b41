import type { DockerLogin } from "../../build/docker-login";
import { identityTokens } from "../../platform/azure/credentials";
import { isAzureRegistry, registryPassword, tokenUser } from "../../platform/azure/container-registry";
import type { PackagedRelease } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { verifyPackage } from "../package/package";

/** Base of the images, by name; a pipeline gives it by digest. */
const defaultNodeImage = "node:24-bookworm-slim";

export interface ScoringImageOptions {
  /** Host of the registry that the environments pull from. */
  readonly registry: string;
  readonly nodeImage?: string | undefined;
}

const remedy = (): string =>
  'Expected an identity with "AcrPush" on it, on a network that it can be reached from. Run "az login", and this command again.';

/** How the docker command signs in to a registry of Azure's: as the identity of this process. */
async function loginTo(host: string): Promise<DockerLogin> {
  const token = await identityTokens()("management");
  return { user: tokenUser, password: await registryPassword({ url: `https://${host}`, token }, { remedy }) };
}

/** Builds the scoring image of a release and pushes it; the same package and code give the same image. */
export async function pushScoringImage(
  release: PackagedRelease,
  options: ScoringImageOptions,
): Promise<string> {
  await verifyPackage(release);
  const { registry, nodeImage = defaultNodeImage } = options;
  // Loaded on use: it brings the bundler.
  const { buildImage } = require("../../build/image") as typeof import("../../build/image");
  const { pinned } = await buildImage({
    kind: "scoring",
    release,
    nodeImage,
    registry,
    ...(isAzureRegistry(registry) && { login: await loginTo(registry) }),
    builder: "urn:mlops:builder:local",
  });
  if (pinned !== undefined) return pinned;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The image of ${release.model} was built but has no digest in ${registry}. Expected it to be pushed. Run this command again.`,
  );
}
