import path from "node:path";
import { z } from "zod";
import { trimEnd } from "../base/trim-end";
import { isPrivate } from "../http/address";
import type { SharedFolder } from "../sql/spark/spark-server";
import { choice, variable, type Variable } from "./variable";

/** One folder, as `<path here>=<path of the cluster>`. */
function toFolder(text: string): SharedFolder | undefined {
  const [here = "", there = "", ...more] = text.split("=");
  if (more.length > 0 || !path.isAbsolute(here) || there === "") return undefined;
  return { here: trimEnd(here, "/"), there: trimEnd(there, "/") };
}

const folders = z
  .string()
  .default("")
  .transform((text, context): readonly SharedFolder[] => {
    const parts = text === "" ? [] : text.split(",").map((part) => toFolder(part.trim()));
    if (parts.includes(undefined)) context.addIssue("not folders");
    return parts.flatMap((folder) => folder ?? []);
  });

function isSparkAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return ["http:", "https:"].includes(protocol) && `${username}${password}${hash}` === "";
}

const visible = z
  .string()
  .regex(/^[\x21-\x7e]{1,4096}$/)
  .optional();

function secret(name: string): Variable<string | undefined> {
  return { ...variable(name, visible, "visible ASCII characters without spaces"), secret: true };
}

/** Where the work on a model's data is done, and how whoever does it is reached. */
export const sqlEngineVariables = {
  sqlEngine: choice("MLOPS_SQL_ENGINE", ["duckdb", "spark"], "duckdb"),
  /** A server that speaks HiveServer2's protocol over HTTP: Spark's Thrift server, a cluster of HDInsight or Databricks. */
  sparkAddress: variable(
    "MLOPS_SPARK_ADDRESS",
    z.string().refine(isSparkAddress).optional(),
    "an http:// or https:// address with its path, and without a user",
  ),
  /** How the server knows who asks: by the token or password that is given, if any; or by this process's identity in Microsoft Entra ID. */
  sparkAuth: choice("MLOPS_SPARK_AUTH", ["given", "entra"], "given"),
  sparkToken: secret("MLOPS_SPARK_TOKEN"),
  sparkUser: variable("MLOPS_SPARK_USER", visible, "visible ASCII characters without spaces"),
  sparkPassword: secret("MLOPS_SPARK_PASSWORD"),
  /** Folders that the cluster calls something else than this machine does. */
  sparkFolders: variable(
    "MLOPS_SPARK_FOLDERS",
    folders,
    "<absolute path here>=<path of the cluster>, or several, separated by commas",
  ),
};

/** What the cluster calls the data of a job, whose folder has another path in each. */
export const sparkData = variable(
  "MLOPS_SPARK_DATA",
  z
    .string()
    .regex(/^[\x21-\x7e]{1,1024}$/)
    .transform((text) => trimEnd(text, "/"))
    .optional(),
  "a path of the cluster, such as abfss://data@account.dfs.core.windows.net/churn",
);

/** The settings of the engine as they were read. */
export interface SqlEngineSettings {
  readonly sqlEngine: "duckdb" | "spark";
  readonly sparkAddress?: string | undefined;
  readonly sparkAuth: "given" | "entra";
  readonly sparkToken?: string | undefined;
  readonly sparkUser?: string | undefined;
  readonly sparkPassword?: string | undefined;
  readonly sparkFolders: readonly SharedFolder[];
  readonly sparkData?: string | undefined;
}

/** What of these settings does not go together, in sentences. */
export function sqlEngineFaults(settings: SqlEngineSettings): string[] {
  const { sqlEngine, sparkAddress, sparkAuth, sparkToken, sparkUser, sparkPassword, sparkFolders } = settings;
  const credentials = { MLOPS_SPARK_TOKEN: sparkToken, MLOPS_SPARK_PASSWORD: sparkPassword };
  if (sqlEngine !== "spark") {
    const idle = {
      MLOPS_SPARK_ADDRESS: sparkAddress,
      ...credentials,
      MLOPS_SPARK_USER: sparkUser,
      MLOPS_SPARK_FOLDERS: sparkFolders.length > 0 ? sparkFolders : undefined,
      MLOPS_SPARK_DATA: settings.sparkData,
      MLOPS_SPARK_AUTH: sparkAuth === "entra" ? sparkAuth : undefined,
    };
    return Object.entries(idle).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [`${name} is set, and MLOPS_SQL_ENGINE is not "spark". Set that, or unset ${name}.`],
    );
  }
  if (sparkAddress === undefined)
    return [
      "MLOPS_SPARK_ADDRESS is not set, which MLOPS_SQL_ENGINE=spark needs. Set it to the server's address.",
    ];
  const faults: string[] = [];
  if (sparkToken !== undefined && (sparkUser ?? sparkPassword) !== undefined)
    faults.push(
      "MLOPS_SPARK_TOKEN is set beside a user or password. Sign in by one of them; unset the other.",
    );
  if ((sparkUser === undefined) !== (sparkPassword === undefined))
    faults.push("MLOPS_SPARK_USER and MLOPS_SPARK_PASSWORD go together. Set both, or neither.");
  const [secret] = Object.entries(credentials).find(([, value]) => value !== undefined) ?? [];
  if (sparkAuth === "entra" && (secret ?? sparkUser) !== undefined)
    faults.push(
      `MLOPS_SPARK_AUTH is "entra" beside ${secret ?? "MLOPS_SPARK_USER"}. Sign in by one of them; unset the other.`,
    );
  const given = secret ?? (sparkAuth === "entra" ? "A token of MLOPS_SPARK_AUTH" : undefined);
  if (given !== undefined && !isPrivate(sparkAddress))
    faults.push(
      `${given} would be sent to ${sparkAddress} for everyone on the way to read. Use its https:// address, or unset ${secret ?? "MLOPS_SPARK_AUTH"}.`,
    );
  return faults;
}
