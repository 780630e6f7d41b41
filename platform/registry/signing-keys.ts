import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { azureCredential } from "../azure/credentials";
import { PlatformError, reasonOf } from "../base/errors";
import { isAddress, isLoopback } from "../http/address";
import { refusedKey as refused, textOfKeys } from "./trusted-keys";

/** An operator's pair of Ed25519 keys. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const make = "`openssl genpkey -algorithm ed25519 -out signing-key.pem` makes one";

/** A secret of a Key Vault by its address, `https://<vault>.vault.azure.net/secrets/<name>`. */
async function secretAt(address: string): Promise<string> {
  const { origin, pathname, hostname } = new URL(address);
  const name = /^\/secrets\/([0-9A-Za-z-]+)$/.exec(pathname)?.[1];
  if (name === undefined)
    throw refused(
      `MLOPS_SIGNING_KEY is ${address}, which is no secret of a Key Vault.`,
      "Expected https://<vault>.vault.azure.net/secrets/<name>. Correct it.",
    );
  // Loaded on use: only who has the key in a vault pays for it.
  const { SecretClient } = await import("@azure/keyvault-secrets");
  const client = new SecretClient(origin, azureCredential(), {
    retryOptions: { maxRetries: 2 },
    disableChallengeResourceVerification: isLoopback(hostname),
  });
  try {
    return (await client.getSecret(name)).value ?? "";
  } catch (cause) {
    throw new PlatformError(
      "AZURE_FAILED",
      `The signing key cannot be read from ${address}: ${reasonOf(cause)}. Expected an identity that may read secrets of the vault. Sign in, or grant it.`,
      { cause },
    );
  }
}

/** The key that versions are signed with: a PEM file (PKCS #8), or a secret of a Key Vault that holds the same text. */
export async function readSigningKey(location: string): Promise<SigningKey> {
  const text = isAddress(location)
    ? await secretAt(location)
    : await textOfKeys("MLOPS_SIGNING_KEY", location);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(text);
  } catch (cause) {
    throw refused(
      `MLOPS_SIGNING_KEY names no private key in PEM: ${location}.`,
      `Expected an Ed25519 key; ${make}.`,
      cause,
    );
  }
  if (privateKey.asymmetricKeyType !== "ed25519")
    throw refused(
      `MLOPS_SIGNING_KEY names a key of the kind ${privateKey.asymmetricKeyType}: ${location}.`,
      `Expected Ed25519; ${make}.`,
    );
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
