import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { VerifiedImage } from "../../platform/oci/verify-image";
import { imageReference } from "../../platform/release/release-state";
import { requirePackage, type Deployment, type Release } from "../../platform/release/deployment";
import { importImage } from "./import-image";
import { pushScoringImage } from "./scoring-image";
import { requireSignedFor, type Signing } from "./signed-image";
import { digestOfImage } from "./stack-release";
import type { StackOutputs } from "./pulumi-stack";

function textOf(outputs: StackOutputs, name: string): string | undefined {
  const value = outputs[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A release that was pushed already: the image alone is what it is known by. */
export function releaseOfImage(model: string, image: string): Release {
  parseModelRef(model);
  if (imageReference.test(image)) return { model, digest: digestOfImage(image), image };
  throw new PlatformError(
    "USAGE",
    `--image is "${image}", which may be another image tomorrow. Expected one by its digest, as in <registry>/<repository>@sha256:<64 digits>. \`npm run images:build\` prints it as "pinned".`,
  );
}

/** The image by which an environment serves a release: what passed there, byte for byte. Throws CONFLICT when it serves something else. */
export function imageTestedIn(
  environment: string,
  { model, digest }: Release,
  { stable }: Pick<Deployment, "stable">,
): string {
  if (stable?.image !== undefined && stable.digest === digest) return stable.image;
  throw new PlatformError(
    "CONFLICT",
    `${model} is not what ${environment} serves (${stable?.model ?? "nothing"}), so it has not passed there. Run \`mlops deploy ${model} --target azure --environment ${environment}\` and test it, or give the image that did pass with --image.`,
  );
}

/** What the image of a release is looked up in. */
interface ImageSources {
  /** Outputs of the stack that is to pull the image. */
  readonly outputs: StackOutputs;
  /** Outputs of the stacks in which it was tested. */
  readonly earlier: () => Promise<readonly StackOutputs[]>;
  readonly signing: Signing;
  readonly signal: AbortSignal;
}

/** What lies beside a signed image and goes with it. */
function keptBeside(verified: VerifiedImage | undefined): readonly ("sig" | "att")[] {
  if (verified === undefined) return [];
  const { sbom, provenance } = verified;
  return sbom === "unsigned" && provenance === "unsigned" ? ["sig"] : ["sig", "att"];
}

/** An image that an earlier stack pulls, copied to where this one pulls from: what passes there is what serves here. */
async function copyOf(
  image: string,
  verified: VerifiedImage | undefined,
  { outputs, earlier, signal }: ImageSources,
): Promise<string> {
  const source = (await earlier()).find((each) => image.startsWith(`${textOf(each, "registry") ?? ""}/`));
  // An image from a registry that belongs to no stack is pulled from there; its owner grants the right to.
  if (source === undefined) return image;
  const [from, to, host] = [
    textOf(source, "registryId"),
    textOf(outputs, "registryId"),
    textOf(outputs, "registry"),
  ];
  if (from !== undefined && to !== undefined && host !== undefined)
    return importImage({ image, from, to, host, beside: keptBeside(verified) }, { signal });
  throw new PlatformError(
    "CONFLICT",
    "The stacks do not name their registries. Expected the output registryId in both. Run `npm run infra:up -- --stack <name>` for each with this version of the program.",
  );
}

/**
 * The image of a release in the registry that a stack pulls from: built and pushed, or copied from where it was tested.
 * Throws where the stack asks for signatures and the image has none of a trusted key.
 */
export async function provideImage(release: Release, sources: ImageSources): Promise<string> {
  const registry = textOf(sources.outputs, "registry");
  if (registry === undefined) {
    throw new PlatformError(
      "CONFLICT",
      "The stack has no registry yet to push the scoring image to. Run `npm run infra:up` for it first.",
    );
  }
  const { outputs, signing } = sources;
  const image =
    release.image ??
    (await pushScoringImage(requirePackage(release), { registry, signingKey: await signing.signingKey() }));
  const verified = await requireSignedFor(outputs, image, signing);
  return image.startsWith(`${registry}/`) ? image : copyOf(image, verified, sources);
}
