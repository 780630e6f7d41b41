import type { ModelRef } from "../definition/model-ref";
import type { ModelVersion, Registry } from "./registry";
import { registryWith } from "./registry-with";
import type { SigningKey } from "../signing/key-signature";
import { signSteering, steeringSignatureTag } from "./steering-signature";
import { signatureTag, signVersion } from "./version-signature";

/** Signs a version that is there, after its files were checked; answers with it as it is then. */
export async function signRegistered(
  registry: Registry,
  ref: ModelRef,
  key: SigningKey,
): Promise<ModelVersion> {
  const version = await registry.get(ref);
  await registry.setTag(ref, signatureTag, await signVersion(version, key));
  const steering = await signSteering(version, key);
  if (steering !== undefined) await registry.setTag(ref, steeringSignatureTag, steering);
  return registry.get(ref);
}

/** A registry in which every version that is registered gets a signature, where there is a key. The key is read before anything is. */
export function signingRegistry(
  registry: Registry,
  readKey: () => Promise<SigningKey | undefined>,
): Registry {
  return registryWith(registry, async (name, modelDirectory, tags) => {
    const key = await readKey();
    const version = await registry.register(name, modelDirectory, tags);
    return key === undefined ? version : signRegistered(registry, version, key);
  });
}
