import { parseImageReference } from "../../platform/oci/image-reference";
import { requireSignedImage, type VerifiedImage } from "../../platform/oci/verify-image";
import { readTrustedKeys } from "../../platform/signing/trusted-keys";
import { azureRegistryLogin } from "./registry-sign-in";
import { findSetting } from "./stack-settings";
import type { StackOutputs } from "./pulumi-stack";

/** What a command signs with, and whom it trusts, found when it is needed. */
export interface Signing {
  /** A PEM file, or the address of a vault's key or secret. */
  readonly signingKey: () => Promise<string | undefined>;
  /** A PEM file of public keys, or its text. */
  readonly trustedKeys: () => Promise<string | undefined>;
}

/**
 * Throws unless the image is signed by a key that the stack trusts (its setting `trustedKeys`) or, where it names none, this
 * command. Undefined where neither asks for signatures; else what else is signed about the image.
 */
export async function requireSignedFor(
  outputs: StackOutputs,
  image: string,
  signing: Signing,
): Promise<VerifiedImage | undefined> {
  const asked =
    findSetting(outputs, { process: "scoring", name: "MLOPS_TRUSTED_KEYS" }) ?? (await signing.trustedKeys());
  if (asked === undefined) return undefined;
  const login = await azureRegistryLogin(parseImageReference(image).host);
  return requireSignedImage(image, await readTrustedKeys(asked), { login });
}
