import { createHash, createPublicKey, type JsonWebKey } from "node:crypto";
import { azureCredential } from "../azure/credentials";
import { PlatformError, reasonOf } from "../base/errors";
import { isLoopback } from "../http/address";
import { algorithmOf, derOfSignature, type SigningKey } from "./key-signature";
import { refusedKey } from "./trusted-keys";

/** What Azure's clients of a vault are given. */
const clientOptions = (hostname: string) => ({
  retryOptions: { maxRetries: 2 },
  disableChallengeResourceVerification: isLoopback(hostname),
});

function unreadable(address: string, right: string, cause: unknown): PlatformError {
  return new PlatformError(
    "AZURE_FAILED",
    `The signing key cannot be used at ${address}: ${reasonOf(cause)}. Expected an identity that has "${right}" on it. Sign in, or grant it.`,
    { cause },
  );
}

/** The text of a secret. */
export async function readVaultSecret({ origin, hostname }: URL, name: string): Promise<string> {
  // Loaded on use: only who has the key in a vault pays for it.
  const { SecretClient } = await import("@azure/keyvault-secrets");
  const client = new SecretClient(origin, azureCredential(), clientOptions(hostname));
  try {
    return (await client.getSecret(name)).value ?? "";
  } catch (cause) {
    throw unreadable(`${origin}/secrets/${name}`, "Key Vault Secrets User", cause);
  }
}

/** A key that stays in its vault, which signs with it; its newest version. */
export async function openVaultKey({ origin, hostname }: URL, name: string): Promise<SigningKey> {
  const address = `${origin}/keys/${name}`;
  const right = "Key Vault Crypto User";
  const { KeyClient, CryptographyClient } = await import("@azure/keyvault-keys");
  const [credential, options] = [azureCredential(), clientOptions(hostname)];
  const found = await new KeyClient(origin, credential, options).getKey(name).catch((cause: unknown) => {
    throw unreadable(address, right, cause);
  });
  const { kty, crv, x, y } = found.key ?? {};
  if (!/^EC(-HSM)?$/.test(kty ?? "") || crv !== "P-256" || x === undefined || y === undefined)
    throw refusedKey(
      `MLOPS_SIGNING_KEY names a key of the kind ${kty} ${crv ?? ""}: ${address}.`,
      "Expected EC on P-256; `az keyvault key create --kty EC --curve P-256` makes one.",
    );
  const jwk: JsonWebKey = {
    kty: "EC",
    crv,
    x: Buffer.from(x).toString("base64url"),
    y: Buffer.from(y).toString("base64url"),
  };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  if (algorithmOf(publicKey) === undefined) throw new Error(`${address} is on another curve than it says`);
  return {
    publicKey,
    async sign(data) {
      const digest = createHash("sha256").update(data).digest();
      const client = new CryptographyClient(found, credential, options);
      try {
        return derOfSignature((await client.sign("ES256", digest)).result);
      } catch (cause) {
        throw unreadable(address, right, cause);
      }
    },
  };
}
