import cluster from "node:cluster";
import { PlatformError, explainStorageError } from "../../platform/base/errors";
import { readSettings } from "../../platform/settings/settings";
import type { LoadModel } from "../model/scorer";

async function start(load: LoadModel): Promise<void> {
  const settings = readSettings("scoring", process.env);
  // Each is loaded where it is used: a process that only watches over others needs no model and no HTTP.
  if (settings.workers > 1 && cluster.isPrimary) {
    const { runPrimary } = require("./cluster") as typeof import("./cluster");
    await runPrimary(settings);
  } else {
    const { runService } = require("./scoring-service") as typeof import("./scoring-service");
    await runService(settings, load);
  }
}

/** The whole life of a scoring process, from its environment variables to its exit. */
export async function serve(load: LoadModel): Promise<void> {
  try {
    await start(load);
  } catch (thrown) {
    const error = explainStorageError(thrown);
    if (!(error instanceof PlatformError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.code === "SETTINGS_INVALID" ? 2 : 1);
  }
}
