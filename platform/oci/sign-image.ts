import { keyIdOf, type SigningKey } from "../signing/key-signature";
import { attest, envelopeType, type Predicate } from "./attestation";
import { ImageRegistry, type Descriptor, type RegistryOptions } from "./image-registry";
import { parseImageReference } from "./image-reference";
import {
  checkImageSignatures,
  payloadType,
  signatureAnnotation,
  signImage,
  tagBeside,
} from "./image-signature";
import { signaturesIn } from "./verify-image";

/** Which key has signed a statement: a newer one of the same key and kind takes its place. */
const keyAnnotation = "mlops.key-id";

/**
 * Signs an image that is in a registry, and documents about it, and keeps both beside it as cosign does. What others have
 * signed stays; an image that this key has signed already is not signed again.
 */
export async function signPushedImage(
  pinned: string,
  predicates: readonly Predicate[],
  { key, ...options }: RegistryOptions & { readonly key: SigningKey },
): Promise<void> {
  const image = parseImageReference(pinned);
  const registry = await ImageRegistry.open(image, "pull,push", options);
  const signatureTag = tagBeside(image, "sig");
  const signatures = await registry.layersOf(signatureTag);
  const kept = await signaturesIn(registry, signatures);
  if (checkImageSignatures(image, kept, [key.publicKey]) !== "valid") {
    const { payload, signature } = await signImage(image, key);
    const annotations = { [signatureAnnotation]: signature };
    await registry.tag(signatureTag, [
      ...signatures,
      await registry.push(payload, { mediaType: payloadType, annotations }),
    ]);
  }
  if (predicates.length === 0) return;
  const attestationTag = tagBeside(image, "att");
  const keyId = keyIdOf(key.publicKey);
  const types = predicates.map(({ type }) => type);
  const others = (await registry.layersOf(attestationTag)).filter(
    ({ annotations }) =>
      annotations?.[keyAnnotation] !== keyId || !types.includes(annotations.predicateType ?? ""),
  );
  const made: Descriptor[] = [];
  for (const predicate of predicates) {
    const annotations = { [signatureAnnotation]: "", predicateType: predicate.type, [keyAnnotation]: keyId };
    const envelope = await attest(image, predicate, key);
    made.push(await registry.push(envelope, { mediaType: envelopeType, annotations }));
  }
  await registry.tag(attestationTag, [...others, ...made]);
}
