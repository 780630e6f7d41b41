import path from "node:path";
import { formatModelRef } from "../../platform/definition/model-ref";
import type { Registry } from "../../platform/registry/registry";
import { championAlias, type Champions } from "./champions";

/**
 * The champion is the version that the registry's alias names, where production itself cannot be asked; it is downloaded
 * into `folder`. Without a registry there is none.
 */
export function aliasChampions(registry: Registry | undefined, folder: string): Champions {
  return {
    async find(model) {
      const version = await registry?.findAlias(model, championAlias);
      if (registry === undefined || version === undefined) return undefined;
      const reference = formatModelRef(version);
      const directory = path.join(folder, reference.replace(":", "-"));
      await registry.download(version, directory);
      return { model: reference, directory };
    },
  };
}
