import path from "node:path";
import { identityTokens } from "../azure/credentials";
import type { SqlEngineSettings } from "../settings/sql-engine-settings";
import type { SqlPlace } from "../sql/open-engine";

/** Where this process's own data is for a job, and what the cluster calls that. */
interface JobData {
  /** A file or folder of this machine. */
  readonly here: string;
  /** The same by its path of the cluster; as `folders` say when absent. */
  readonly there: string | undefined;
}

/** Where data is worked on, as the settings say; `signal` stops what a server is working on. */
export function sqlPlaceOf(settings: SqlEngineSettings, signal?: AbortSignal, data?: JobData): SqlPlace {
  const { sqlEngine, sparkAddress, sparkAuth, sparkToken, sparkUser, sparkPassword } = settings;
  if (sqlEngine !== "spark" || sparkAddress === undefined) return {};
  const ofData = data?.there === undefined ? [] : [{ here: path.resolve(data.here), there: data.there }];
  return {
    signal,
    spark: {
      address: sparkAddress,
      token: sparkToken,
      ...(sparkAuth === "entra" && { tokens: () => identityTokens()("databricks") }),
      user: sparkUser,
      password: sparkPassword,
      folders: [...ofData, ...settings.sparkFolders],
    },
  };
}
