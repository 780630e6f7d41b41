import type { KeyObject } from "node:crypto";
import { PlatformError } from "../base/errors";
import { formatModelRef } from "../definition/model-ref";
import type { Registry } from "./registry";
import { checkSignature, signatureTag } from "./version-signature";

/** A registry whose versions are downloaded only when a trusted key has signed them. */
export function trustingRegistry(
  registry: Registry,
  readKeys: () => Promise<readonly KeyObject[]>,
): Registry {
  return {
    register: (name, modelDirectory, tags) => registry.register(name, modelDirectory, tags),
    get: (ref) => registry.get(ref),
    list: (name) => registry.list(name),
    findAlias: (name, alias) => registry.findAlias(name, alias),
    setAlias: (ref, alias) => registry.setAlias(ref, alias),
    setTag: (ref, key, value) => registry.setTag(ref, key, value),
    async download(ref, destination) {
      const version = await registry.get(ref);
      const state = checkSignature(version, version.tags[signatureTag], await readKeys());
      if (state === "valid") return registry.download(ref, destination);
      const name = formatModelRef(ref);
      throw new PlatformError(
        "MODEL_INVALID",
        `The signature of ${name} is not one that is trusted (${state}), and MLOPS_TRUSTED_KEYS asks for one. \`mlops registry verify\` says how the versions stand. Sign it with \`mlops registry sign ${name}\`, or correct the keys.`,
      );
    },
  };
}
