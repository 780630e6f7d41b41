import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { verifySignature, type SignatureState, type SigningKey } from "../signing/key-signature";
import type { ImageReference } from "./image-reference";

/**
 * What cosign signs of an image (sigstore/cosign, specs/SIGNATURE_SPEC.md): a text in the format "simple signing" that names the
 * digest of its manifest. It lies beside the image under a tag that the digest gives.
 */
export const payloadType = "application/vnd.dev.cosign.simplesigning.v1+json";

/** The annotation of a payload that holds its signature, in Base64. */
export const signatureAnnotation = "dev.cosignproject.cosign/signature";

/** The tag of what is kept beside an image: its signatures, or what was signed about it. */
export function tagBeside({ digest }: Pick<ImageReference, "digest">, kind: "sig" | "att"): string {
  return `${digest.replace(":", "-")}.${kind}`;
}

/** A payload with its signature, as they are kept. */
export interface ImageSignature {
  readonly payload: string;
  /** Base64. */
  readonly signature: string;
}

const payloadSchema = z.object({
  critical: z.object({
    image: z.object({ "docker-manifest-digest": z.string() }),
    type: z.literal("cosign container image signature"),
  }),
});

export async function signImage(
  { host, repository, digest }: ImageReference,
  key: SigningKey,
): Promise<ImageSignature> {
  const payload = JSON.stringify({
    critical: {
      identity: { "docker-reference": `${host}/${repository}` },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: null,
  });
  return { payload, signature: (await key.sign(Buffer.from(payload))).toString("base64") };
}

function isOf(payload: string, digest: string): boolean {
  try {
    return payloadSchema.parse(JSON.parse(payload)).critical.image["docker-manifest-digest"] === digest;
  } catch {
    return false;
  }
}

/**
 * What the signatures of an image are worth: one that a trusted key made of its very digest is enough, whoever else has
 * signed. The name in a payload is not looked at: an image keeps its signature when it is copied to another registry.
 */
export function checkImageSignatures(
  { digest }: Pick<ImageReference, "digest">,
  signatures: readonly ImageSignature[],
  trusted: readonly KeyObject[],
): SignatureState {
  if (signatures.length === 0) return "unsigned";
  const known = signatures.filter(({ payload, signature }) =>
    trusted.some((key) => verifySignature(key, Buffer.from(payload), Buffer.from(signature, "base64"))),
  );
  if (known.some(({ payload }) => isOf(payload, digest))) return "valid";
  return known.length > 0 ? "altered" : "unknown key";
}
