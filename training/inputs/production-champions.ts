import { formatModelRef } from "../../platform/definition/model-ref";
import type { Deployer } from "../../platform/release/deployment";
import type { Registry } from "../../platform/registry/registry";
import { championAlias, type Champions } from "./champions";

interface ProductionOptions {
  readonly deployer: Pick<Deployer, "status">;
  /** The environment that is production. */
  readonly environment: string;
  readonly registry: Pick<Registry, "findAlias">;
  /** The model directory of a version, which may have a package already. */
  readonly directoryOf: (version: { readonly model: string; readonly package?: string }) => Promise<string>;
}

/**
 * The champion is what production serves. Where that is not recorded (any longer), it is the version that the registry's alias
 * names: a release sets it, and a record that was lost must not let a candidate pass uncompared.
 */
export function productionChampions({
  deployer,
  environment,
  registry,
  directoryOf,
}: ProductionOptions): Champions {
  return {
    async find(model) {
      const { stable } = await deployer.status(environment, model);
      if (stable !== undefined) return { model: stable.model, directory: await directoryOf(stable) };
      const named = await registry.findAlias(model, championAlias);
      if (named === undefined) return undefined;
      const reference = formatModelRef(named);
      return { model: reference, directory: await directoryOf({ model: reference }) };
    },
  };
}
