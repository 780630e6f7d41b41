import path from "node:path";
import { requirePackage, type Deployer } from "../../platform/release/deployment";
import type { Champions } from "./champions";

/** The champion is what an environment serves, by its package's folder. */
export function productionChampions(deployer: Pick<Deployer, "status">, environment: string): Champions {
  return {
    async find(model) {
      const { stable } = await deployer.status(environment, model);
      return stable && { model: stable.model, directory: path.join(requirePackage(stable).package, "model") };
    },
  };
}
