import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { algorithmOf, derOfSignature, verifySignature } from "../../../platform/signing/key-signature";
import { signingKeyOf, signingKeyP256Pem, signingKeyPem } from "./signing-fixture";

test("keys of two kinds sign, and no others", () => {
  expect(algorithmOf(createPrivateKey(signingKeyPem))).toBe("ed25519");
  expect(algorithmOf(createPrivateKey(signingKeyP256Pem))).toBe("ecdsa-p256");
  expect(algorithmOf(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey)).toBeUndefined();
  expect(algorithmOf(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey)).toBeUndefined();
});

test("a signature in two numbers is in DER what OpenSSL verifies, whatever bytes they begin with", () => {
  const key = createPrivateKey(signingKeyP256Pem);
  const { publicKey } = signingKeyOf(signingKeyP256Pem);
  const data = Buffer.from("signed");
  const shapes = new Set<number>();
  // Of 600 some have a number that is shorter, and half have the highest bit set.
  for (let i = 0; i < 600; i += 1) {
    const raw = sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
    const der = derOfSignature(raw);
    shapes.add(der.length);
    expect(verifySignature(publicKey, data, der)).toBe(true);
  }
  expect(shapes.size).toBeGreaterThan(2);
  expect(derOfSignature(new Uint8Array(64)).toString("hex")).toBe("3006020100020100");
  expect(() => derOfSignature(new Uint8Array(63))).toThrow(RangeError);
});

test("nothing but the very bytes is verified", () => {
  const { publicKey } = signingKeyOf(signingKeyP256Pem);
  const signature = sign("sha256", Buffer.from("signed"), signingKeyP256Pem);
  expect(verifySignature(publicKey, Buffer.from("signed!"), signature)).toBe(false);
  expect(verifySignature(publicKey, Buffer.from("signed"), Buffer.from("nonsense"))).toBe(false);
});
