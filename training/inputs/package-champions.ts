import path from "node:path";
import { z } from "zod";
import { PlatformError } from "../../platform/base/errors";
import { findRecord } from "../../platform/base/stored-record";
import type { Champions } from "./champions";

/** The champion is the model in a folder that `mlops package` made; without a folder there is none. */
export function packageChampions(folder: string | undefined): Champions {
  return {
    async find() {
      if (folder === undefined) return undefined;
      const manifest = await findRecord(
        path.join(folder, "package.json"),
        z.object({ model: z.string() }),
        "Package the champion again with `mlops package`, or correct --champion.",
      );
      if (manifest) return { model: manifest.model, directory: path.join(folder, "model") };
      throw new PlatformError(
        "NOT_FOUND",
        `${folder} is not a package of a model. A folder made by \`mlops package\` is expected. Correct --champion, or leave it out when nothing is in production.`,
      );
    },
  };
}
