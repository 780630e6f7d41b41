import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { keyIdOf, verifySignature, type SignatureState, type SigningKey } from "../signing/key-signature";
import type { ImageReference } from "./image-reference";

/** The media type of a signed statement about an image, as cosign keeps it (sigstore/cosign, specs/ATTESTATION_SPEC.md). */
export const envelopeType = "application/vnd.dsse.envelope.v1+json";
const statementType = "application/vnd.in-toto+json";

/** What is said of an image: a document, and which kind it is, by its URI. */
export interface Predicate {
  readonly type: string;
  readonly document: unknown;
}

export const predicateTypes = {
  sbom: "https://cyclonedx.org/bom",
  provenance: "https://slsa.dev/provenance/v1",
} as const;

/** What is signed of a text and its type: DSSE's "pre-authentication encoding" (secure-systems-lab/dsse, protocol.md). */
function encodingOf(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
}

/** An in-toto statement about an image in a signed envelope. */
export async function attest(
  { host, repository, digest }: ImageReference,
  { type, document }: Predicate,
  key: SigningKey,
): Promise<string> {
  const payload = Buffer.from(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: `${host}/${repository}`, digest: { sha256: digest.replace("sha256:", "") } }],
      predicateType: type,
      predicate: document,
    }),
  );
  const sig = (await key.sign(encodingOf(statementType, payload))).toString("base64");
  return JSON.stringify({
    payloadType: statementType,
    payload: payload.toString("base64"),
    signatures: [{ keyid: keyIdOf(key.publicKey), sig }],
  });
}

const envelopeSchema = z.object({
  payloadType: z.literal(statementType),
  payload: z.string(),
  signatures: z.array(z.object({ sig: z.string() })).max(100),
});
const statementSchema = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })),
  predicateType: z.string(),
  predicate: z.unknown(),
});

interface CheckedStatement {
  readonly state: SignatureState;
  /** The document, where it is valid. */
  readonly document?: unknown;
}

/** What an envelope is worth as the document of one kind about an image. */
export function checkAttestation(
  envelope: string,
  { digest, type }: { readonly digest: string; readonly type: string },
  trusted: readonly KeyObject[],
): CheckedStatement {
  let read: z.infer<typeof envelopeSchema>;
  let statement: z.infer<typeof statementSchema>;
  let payload: Buffer;
  try {
    read = envelopeSchema.parse(JSON.parse(envelope));
    payload = Buffer.from(read.payload, "base64");
    statement = statementSchema.parse(JSON.parse(payload.toString("utf8")));
  } catch {
    return { state: "altered" };
  }
  const encoding = encodingOf(statementType, payload);
  const known = read.signatures.some(({ sig }) =>
    trusted.some((key) => verifySignature(key, encoding, Buffer.from(sig, "base64"))),
  );
  if (!known) return { state: "unknown key" };
  const about = statement.subject.some((each) => `sha256:${each.digest.sha256}` === digest);
  return about && statement.predicateType === type
    ? { state: "valid", document: statement.predicate }
    : { state: "altered" };
}
