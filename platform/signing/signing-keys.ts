import { createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { isAddress } from "../http/address";
import { algorithmOf, hashOf, type SigningKey } from "./key-signature";
import { refusedKey as refused, textOfKeys } from "./trusted-keys";
import { openVaultKey, readVaultSecret } from "./vault-key";

const make =
  "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out signing-key.pem` makes one";

function keyOf(text: string, location: string): SigningKey {
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(text);
  } catch (cause) {
    throw refused(
      `MLOPS_SIGNING_KEY names no private key in PEM: ${location}.`,
      `Expected one of P-256 or Ed25519, without a password; ${make}.`,
      cause,
    );
  }
  if (algorithmOf(privateKey) === undefined)
    throw refused(
      `MLOPS_SIGNING_KEY names a key of the kind ${privateKey.asymmetricKeyType}: ${location}.`,
      `Expected P-256 or Ed25519; ${make}.`,
    );
  return {
    publicKey: createPublicKey(privateKey),
    sign: (data) => Promise.resolve(sign(hashOf(privateKey), data, privateKey)),
  };
}

/**
 * The key that versions and images are signed with: a PEM file (PKCS #8), a secret of a Key Vault that holds the same
 * text, or a key of a Key Vault, which signs there.
 */
export async function readSigningKey(location: string): Promise<SigningKey> {
  if (!isAddress(location)) return keyOf(await textOfKeys("MLOPS_SIGNING_KEY", location), location);
  const url = new URL(location);
  const [, kind, name = ""] = /^\/(keys|secrets)\/([0-9A-Za-z-]+)$/.exec(url.pathname) ?? [];
  if (kind === "keys") return openVaultKey(url, name);
  if (kind === "secrets") return keyOf(await readVaultSecret(url, name), location);
  throw refused(
    `MLOPS_SIGNING_KEY is ${location}, which is no key and no secret of a Key Vault.`,
    "Expected https://<vault>.vault.azure.net/keys/<name>, or the same with secrets. Correct it.",
  );
}
