import type { KeyObject } from "node:crypto";
import { PlatformError } from "../base/errors";
import type { SignatureState } from "../signing/key-signature";
import { checkAttestation, envelopeType, predicateTypes } from "./attestation";
import { parseImageReference, type ImageReference } from "./image-reference";
import { ImageRegistry, type Descriptor, type RegistryOptions } from "./image-registry";
import {
  checkImageSignatures,
  payloadType,
  signatureAnnotation,
  tagBeside,
  type ImageSignature,
} from "./image-signature";

/** How an image and what is said about it stand to the keys that are trusted. */
export interface VerifiedImage {
  readonly image: SignatureState;
  readonly sbom: SignatureState;
  readonly provenance: SignatureState;
}

export async function signaturesIn(
  registry: ImageRegistry,
  layers: readonly Descriptor[],
): Promise<ImageSignature[]> {
  const found: ImageSignature[] = [];
  for (const layer of layers) {
    const signature = layer.annotations?.[signatureAnnotation];
    if (layer.mediaType !== payloadType || signature === undefined) continue;
    const payload = await registry.blob(layer);
    // One whose text is gone or was changed is there all the same: it is not "unsigned".
    found.push({ payload: payload?.toString("utf8") ?? "", signature });
  }
  return found;
}

/** The best state that any of the statements of one kind has. */
async function stateOf(
  registry: ImageRegistry,
  layers: readonly Descriptor[],
  {
    image,
    type,
    trusted,
  }: { readonly image: ImageReference; readonly type: string; readonly trusted: readonly KeyObject[] },
): Promise<SignatureState> {
  const states: SignatureState[] = [];
  for (const layer of layers) {
    if (layer.mediaType !== envelopeType || layer.annotations?.predicateType !== type) continue;
    const envelope = (await registry.blob(layer))?.toString("utf8") ?? "";
    states.push(checkAttestation(envelope, { digest: image.digest, type }, trusted).state);
  }
  const best = (["valid", "altered", "unknown key"] as const).find((state) => states.includes(state));
  return best ?? "unsigned";
}

/** Looks at what is signed of an image in its registry, and of its bill of materials and provenance. */
export async function verifyImage(
  pinned: string,
  trusted: readonly KeyObject[],
  options: RegistryOptions = {},
): Promise<VerifiedImage> {
  const image = parseImageReference(pinned);
  const registry = await ImageRegistry.open(image, "pull", options);
  if (!(await registry.has(image.digest)))
    throw new PlatformError(
      "NOT_FOUND",
      `There is no image ${image.digest} in ${image.host}/${image.repository}. Correct the reference, or push the image.`,
    );
  const signatures = await signaturesIn(registry, await registry.layersOf(tagBeside(image, "sig")));
  const statements = await registry.layersOf(tagBeside(image, "att"));
  const about = (type: string) => stateOf(registry, statements, { image, type, trusted });
  return {
    image: checkImageSignatures(image, signatures, trusted),
    sbom: await about(predicateTypes.sbom),
    provenance: await about(predicateTypes.provenance),
  };
}

/** Throws unless a trusted key has signed the image; else says what else is signed about it. */
export async function requireSignedImage(
  pinned: string,
  trusted: readonly KeyObject[],
  options: RegistryOptions = {},
): Promise<VerifiedImage> {
  const verified = await verifyImage(pinned, trusted, options);
  const { image: state } = verified;
  if (state === "valid") return verified;
  const wrong = {
    unsigned: "is not signed",
    altered: "has the signature of another image",
    "unknown key": "is signed by no key that is trusted",
  }[state];
  throw new PlatformError(
    "CONFLICT",
    `The image ${pinned} ${wrong}, and images have to be signed to be deployed here (MLOPS_TRUSTED_KEYS, a stack's trustedKeys). \`mlops registry verify --image ${pinned}\` says how it stands. Build and push it with MLOPS_SIGNING_KEY, or sign it with \`mlops registry sign --image\`.`,
  );
}
