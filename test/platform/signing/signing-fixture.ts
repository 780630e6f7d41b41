import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { hashOf, type SigningKey } from "../../../platform/signing/key-signature";

/** The first key pair of RFC 8032 (7.1, TEST 1) as PEM. */
export const signingKeyPem =
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
export const publicKeyPem =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

/** A key pair on P-256 that OpenSSL has made: `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`. */
export const signingKeyP256Pem =
  "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgH5hAkuT984VfWms0\nhIpXI0PkOHLOU+4Ye213H5DsZcChRANCAATBzOoZSwL7vmg53xrOoNzGkBm+csCR\nMduSwZIVVm9dI3b7wE6dn8d1MpiDLIrceEQJGfYbUNEsMoFafP63y6Fc\n-----END PRIVATE KEY-----\n";
export const publicKeyP256Pem =
  "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwczqGUsC+75oOd8azqDcxpAZvnLA\nkTHbksGSFVZvXSN2+8BOnZ/HdTKYgyyK3HhECRn2G1DRLDKBWnz+t8uhXA==\n-----END PUBLIC KEY-----\n";

/** A key as it signs, of its text in PEM. */
export function signingKeyOf(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  return {
    publicKey: createPublicKey(privateKey),
    sign: (data) => Promise.resolve(sign(hashOf(privateKey), data, privateKey)),
  };
}

/** The text of a key in PEM, of either half. */
export function pemOf(key: KeyObject): string {
  return key.export({ type: key.type === "private" ? "pkcs8" : "spki", format: "pem" }).toString();
}
