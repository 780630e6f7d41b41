import type { ContainerRegistryManagementClientOptionalParams } from "@azure/arm-containerregistry";
import { trimEnd } from "../../platform/base/trim-end";
import { azureCredential, type AzureCredential } from "../../platform/azure/credentials";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import { tagBeside } from "../../platform/oci/image-signature";
import { shortDigest } from "../../platform/base/files";

/** A copy of an image from one registry to another. */
export interface ImageImport {
  /** By its digest, in the registry that it is copied from. */
  readonly image: string;
  /** Resource ids of the registries. */
  readonly from: string;
  readonly to: string;
  /** As in `name.azurecr.io`: where the copy is known by. */
  readonly host: string;
  /** What was signed about it and is copied with it, by the tags that it has beside the image. */
  readonly beside?: readonly ("sig" | "att")[];
}

export interface ImportOptions {
  readonly credential?: AzureCredential;
  readonly signal?: AbortSignal;
  /** Of the client: another endpoint, its certificate, its pauses. */
  readonly client?: ContainerRegistryManagementClientOptionalParams & {
    readonly updateIntervalInMs?: number;
  };
}

const registryId =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.ContainerRegistry\/registries\/([^/]+)$/i;

/**
 * Copies an image between registries inside Azure, byte for byte: its digest stays what it is, and nothing of it passes
 * this machine. A copy that is there already is left as it is. Returns the copy by its digest.
 */
export async function importImage(
  { image, from, to, host, beside = [] }: ImageImport,
  { credential, signal, client: { updateIntervalInMs, ...client } = {} }: ImportOptions = {},
): Promise<string> {
  const [, subscription, group, name] = registryId.exec(to) ?? [];
  if (subscription === undefined || group === undefined || name === undefined)
    throw new Error(`"${to}" is no id of a registry`);
  const sourceImage = image.slice(image.indexOf("/") + 1);
  const [repository = "", digest = ""] = sourceImage.split("@sha256:");
  try {
    // Loaded on use: only a release that goes from one environment to the next needs it.
    const { ContainerRegistryManagementClient } = await import("@azure/arm-containerregistry");
    const { registries } = new ContainerRegistryManagementClient(
      credential ?? azureCredential(),
      subscription,
      client,
    );
    const tags = beside.map((kind) => `${repository}:${tagBeside({ digest: `sha256:${digest}` }, kind)}`);
    const copies = [
      // With a tag, or the registry's retention would take it for one that nobody needs.
      { source: sourceImage, target: `${repository}:sha256-${shortDigest(digest)}` },
      ...tags.map((tag) => ({ source: tag, target: tag })),
    ];
    for (const { source, target } of copies) {
      await registries.importImage(
        group,
        name,
        { source: { resourceId: from, sourceImage: source }, targetTags: [target], mode: "Force" },
        {
          ...(signal && { abortSignal: signal }),
          ...(updateIntervalInMs !== undefined && { updateIntervalInMs }),
        },
      );
    }
  } catch (cause) {
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `${image} was not copied to ${host}: ${trimEnd(reasonOf(cause), ". \n")}. Expected an identity with "AcrPull" on the registry that it is in, and "Contributor" on that which it goes to. Run \`npm run bootstrap\` to give it them, and this command again.`,
      { cause },
    );
  }
  return `${host}/${sourceImage}`;
}
