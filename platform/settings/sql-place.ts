import type { SqlPlace } from "../sql/open-engine";
import type { SqlEngineSettings } from "./sql-engine-settings";

/** Where data is worked on, as the settings say. */
export function sqlPlaceOf(settings: SqlEngineSettings): SqlPlace {
  const { sqlEngine, sparkAddress, sparkToken, sparkUser, sparkPassword, sparkFolders } = settings;
  if (sqlEngine !== "spark" || sparkAddress === undefined) return {};
  return {
    spark: {
      address: sparkAddress,
      token: sparkToken,
      user: sparkUser,
      password: sparkPassword,
      folders: sparkFolders,
    },
  };
}
