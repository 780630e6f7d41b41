import { parseImageReference } from "../../platform/oci/image-reference";
import { requireSignedImage, type VerifiedImage } from "../../platform/oci/verify-image";
import { readTrustedKeys } from "../../platform/signing/trusted-keys";
import { azureRegistryLogin } from "./registry-sign-in";
import { findSetting } from "./stack-settings";
import type { StackOutputs } from "./pulumi-stack";

/** What this command signs with, and whom it trusts: its settings. */
export interface SigningSettings {
  readonly signingKey?: string | undefined;
  readonly trustedKeys?: string | undefined;
}

/**
 * Throws unless the image is signed by a key that the stack trusts (its setting `trustedKeys`) or, where it names none, this
 * command. Undefined where neither asks for signatures; else what else is signed about the image.
 */
export async function requireSignedFor(
  outputs: StackOutputs,
  image: string,
  { trustedKeys: own }: SigningSettings,
): Promise<VerifiedImage | undefined> {
  const asked = findSetting(outputs, { process: "scoring", name: "MLOPS_TRUSTED_KEYS" }) ?? own;
  if (asked === undefined) return undefined;
  const login = await azureRegistryLogin(parseImageReference(image).host);
  return requireSignedImage(image, await readTrustedKeys(asked), { login });
}
