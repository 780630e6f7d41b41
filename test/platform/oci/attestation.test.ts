import { verify } from "node:crypto";
import { attest, checkAttestation, predicateTypes } from "../../../platform/oci/attestation";
import { publicKeyP256Pem, signingKeyOf, signingKeyP256Pem } from "../signing/signing-fixture";

const key = signingKeyOf(signingKeyP256Pem);
const digest = `sha256:${"a".repeat(64)}`;
const image = { host: "registry.example", repository: "scoring", digest };
const type = predicateTypes.sbom;
const trusted = [key.publicKey];

interface Envelope {
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: { readonly sig: string }[];
}

test("a statement is signed as DSSE says: type and text with their lengths before them", async () => {
  const envelope = JSON.parse(await attest(image, { type, document: { a: "é" } }, key)) as Envelope;
  const payload = Buffer.from(envelope.payload, "base64");
  expect(JSON.parse(payload.toString())).toMatchObject({
    subject: [{ name: "registry.example/scoring", digest: { sha256: "a".repeat(64) } }],
    predicateType: type,
    predicate: { a: "é" },
  });
  // Put together here by hand, in bytes and not characters: the é has two.
  const signed = Buffer.from(
    `DSSEv1 28 application/vnd.in-toto+json ${payload.length} ${payload.toString()}`,
  );
  const sig = Buffer.from(envelope.signatures[0]?.sig ?? "", "base64");
  expect(verify("sha256", signed, publicKeyP256Pem, sig)).toBe(true);
});

test("a statement is valid for its image and kind alone", async () => {
  const envelope = await attest(image, { type, document: { a: 1 } }, key);
  expect(checkAttestation(envelope, { digest, type }, trusted)).toEqual({
    state: "valid",
    document: { a: 1 },
  });
  const other = `sha256:${"b".repeat(64)}`;
  expect(checkAttestation(envelope, { digest: other, type }, trusted).state).toBe("altered");
  expect(checkAttestation(envelope, { digest, type: predicateTypes.provenance }, trusted).state).toBe(
    "altered",
  );
  expect(checkAttestation(envelope, { digest, type }, []).state).toBe("unknown key");
  const read = JSON.parse(envelope) as Envelope;
  const text = Buffer.from(read.payload, "base64").toString().replace('"a":1', '"a":2');
  const changed = JSON.stringify({ ...read, payload: Buffer.from(text).toString("base64") });
  expect(checkAttestation(changed, { digest, type }, trusted).state).toBe("unknown key");
});

test.each(["", "{}", "[]", '{"payloadType":"text/plain","payload":"","signatures":[]}'])(
  "%j is no statement",
  (envelope) => {
    expect(checkAttestation(envelope, { digest, type }, trusted).state).toBe("altered");
  },
);
