import type { SqlPlace } from "../sql/open-engine";
import type { SqlEngineSettings } from "./sql-engine-settings";

/** Where data is worked on, as the settings say; `signal` stops what a server is working on. */
export function sqlPlaceOf(settings: SqlEngineSettings, signal?: AbortSignal): SqlPlace {
  const { sqlEngine, sparkAddress, sparkToken, sparkUser, sparkPassword, sparkFolders } = settings;
  if (sqlEngine !== "spark" || sparkAddress === undefined) return {};
  return {
    signal,
    spark: {
      address: sparkAddress,
      token: sparkToken,
      user: sparkUser,
      password: sparkPassword,
      folders: sparkFolders,
    },
  };
}
