import { dayMs, hourMs } from "../base/durations";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { modelDefinitionSchema } from "../definition/definition";
import { PlatformError } from "../base/errors";
import { isModelRef, modelNamePattern, modelNameRule } from "../definition/model-ref";
import { environmentName, environmentText } from "./environment-name";
import { acceptBreaking, acceptPopulation, evaluation, onNoPromotion } from "./gate-settings";
import { registryText } from "./mlflow-address";
import { nodePrice } from "./node-price";
import { daysText, fractionText, namesText, predictionLogFaults } from "./prediction-log-settings";
import { pageKey } from "./page-key";
import { audit, hosting, predictionLog, versions, watching } from "./places";
import {
  audienceList,
  isServiceUrl,
  originList,
  primaryKeySecret,
  secretName,
  securityFaults,
} from "./security-settings";
import { sparkData, sqlEngineFaults, sqlEngineVariables } from "./sql-engine-settings";
import { apiKey, choice, variable, wholeNumber, type Variable } from "./variable";

const modelRef = z.string().refine(isModelRef);

const folder = z.string().min(1);
const revision = z.optional(z.string().regex(/^([0-9a-f]{40}(-dirty)?)?$/));
const serving = modelDefinitionSchema.shape.serving.parse(undefined);

function serviceUrl(name: string, schema: z.ZodType<string | undefined, string | undefined>) {
  const url = schema.refine((text) => text === undefined || isServiceUrl(text));
  return variable(name, url, "an https:// address without a path (http:// for this machine only)");
}

const home = variable("MLOPS_HOME", folder.default(".mlops"), "a folder");
const host = variable("MLOPS_HOST", z.string().min(1).default("127.0.0.1"), "an address to listen on");
const logLevel = choice(
  "MLOPS_LOG_LEVEL",
  ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
  "info",
);
const environment = variable("MLOPS_ENVIRONMENT", environmentText, environmentName.expected);

/** Where versions are: in the home, or in an MLflow server or Azure Machine Learning workspace. */
const registry = variable("MLOPS_REGISTRY", registryText, '"local" or an MLflow tracking URI');
/** Folder of the model definitions, `<name>/model.ts`; the repository's own `models/` when not set. */
const models = variable("MLOPS_MODELS", folder.optional(), "a folder");
/** Read by platform/release/environments.ts; the repository's own environments.yml when not set. */
const environments = variable("MLOPS_ENVIRONMENTS", folder.optional(), "a file like environments.yml");
/** What versions are signed with when they are registered, and images when they are pushed; they are not without it. */
const signingKey = variable(
  "MLOPS_SIGNING_KEY",
  folder.optional(),
  "a PEM file, or the https:// address of a key or secret of a Key Vault",
);
/** Public keys by one of which a version must be signed to be served, or compared with as the champion; any may be without it. */
const trustedKeys = variable("MLOPS_TRUSTED_KEYS", folder.optional(), "a PEM file of public keys, or PEM");

const target = choice("MLOPS_TARGET", ["local", "azure"], "local");
/** Every setting of every process. What a service or job does not list may be set for another one beside it. */
const processes = {
  cli: {
    home,
    registry,
    models,
    environments,
    defaultModel: variable("MLOPS_DEFAULT_MODEL", folder.optional(), "a model's name"),
    evaluation,
    onNoPromotion,
    acceptPopulation,
    acceptBreaking,
    logLevel,
    target,
    predictionLog,
    signingKey,
    trustedKeys,
    audit,
    ...watching,
    ...hosting,
    nodePrice,
    pageKey,
    ...versions,
    ...sqlEngineVariables,
  },
  training: {
    ...versions,
    ...sqlEngineVariables,
    sparkData,
    audit,
    signingKey,
    trustedKeys,
    models,
    evaluation,
    onNoPromotion,
    acceptPopulation,
    acceptBreaking,
    /** Folder of the Python environments that trainers' programs run in; what is missing is made there. */
    pythonEnvironments: variable("MLOPS_PYTHON_ENVIRONMENTS", folder.default(".mlops/python"), "a folder"),
    /** Commit that the program was built from, for the lineage; with "-dirty" when files differed from it. */
    codeRevision: variable("MLOPS_CODE_REVISION", revision, "a commit, with -dirty behind it or not"),
  },
  scoring: {
    modelDirectory: variable("MLOPS_MODEL_DIRECTORY", folder, "the folder of a model directory"),
    /** `name:version`. */
    model: variable("MLOPS_MODEL", modelRef, "name:version, for example diabetes:3"),
    trustedKeys,
    host,
    port: wholeNumber("MLOPS_PORT", [0, 65_535], 8080),
    /** Where /healthz and /readyz are answered by a thread of its own, without TLS; nowhere when not set. */
    healthPort: wholeNumber("MLOPS_HEALTH_PORT", [0, 65_535], undefined),
    environment,
    predictionLog,
    /** Longest time a record waits before it is taken there; 1 s for a folder, 30 s for a container when not set. */
    predictionLogFlushMs: wholeNumber("MLOPS_PREDICTION_LOG_FLUSH_MS", [10, dayMs], undefined),
    predictionLogSample: variable(
      "MLOPS_PREDICTION_LOG_SAMPLE",
      fractionText.default(1),
      "a fraction from 0 to 1",
    ),
    /** Features that are never written, as they may identify a person. */
    predictionLogRedact: variable(
      "MLOPS_PREDICTION_LOG_REDACT",
      namesText.default([]),
      "features, separated by commas",
    ),
    predictionLogDays: variable("MLOPS_PREDICTION_LOG_DAYS", daysText.optional(), "a number of days"),
    /** Whoever shows it may mark requests as tests. */
    testKey: apiKey("MLOPS_TEST_KEY"),
    /** Has that key as a secret. */
    testKeyVault: serviceUrl("MLOPS_TEST_KEY_VAULT", z.string().startsWith("https:").optional()),
    /** Folder on a disk of this machine where records wait. */
    spool: variable("MLOPS_SPOOL", folder.optional(), "a folder"),
    maxSpoolBytes: wholeNumber("MLOPS_MAX_SPOOL_BYTES", [65_536, 1e12], 256 * 1024 * 1024),
    logLevel,
    concurrency: wholeNumber("MLOPS_CONCURRENCY", [1, 1024], serving.concurrency),
    queueTimeoutMs: wholeNumber("MLOPS_QUEUE_TIMEOUT_MS", [0, dayMs], serving.queueTimeoutMs),
    timeoutMs: wholeNumber("MLOPS_TIMEOUT_MS", [1, dayMs], serving.timeoutMs),
    maxRows: wholeNumber("MLOPS_MAX_ROWS", [1, 1_000_000], serving.maxRows),
    maxBodyBytes: wholeNumber("MLOPS_MAX_BODY_BYTES", [1, 1_000_000_000], serving.maxBodyBytes),
    /** Requests that may wait for a place. */
    maxWaiting: wholeNumber("MLOPS_MAX_WAITING", [0, 100_000], 1000),
    /** Requests are refused while a turn of the event loop takes longer. */
    maxLagMs: wholeNumber("MLOPS_MAX_LAG_MS", [20, 60_000], 1000),
    maxConnections: wholeNumber("MLOPS_MAX_CONNECTIONS", [1, 100_000], 2000),
    /** From SIGTERM to the end. */
    graceMs: wholeNumber("MLOPS_GRACE_MS", [100, hourMs], 10_000),
    /** Between "not ready" and the end of listening: the time a load balancer takes to notice. */
    drainMs: wholeNumber("MLOPS_DRAIN_MS", [0, 600_000], 0),
    /** Processes that share the port. */
    workers: wholeNumber("MLOPS_WORKERS", [1, 64], 1),
    /** Digest of the model directory that may be served; any when not set. */
    modelDigest: variable(
      "MLOPS_MODEL_DIGEST",
      z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      "a SHA-256 digest: 64 characters, 0 to 9 and a to f",
    ),
    /** Who may call. Not set: nobody but this machine, so anyone while only this machine can reach the service. */
    auth: variable("MLOPS_AUTH", z.enum(["none", "keys", "entra"]).optional(), '"none", "keys" or "entra"'),
    primaryKey: apiKey("MLOPS_PRIMARY_KEY"),
    secondaryKey: apiKey("MLOPS_SECONDARY_KEY"),
    /** A folder with the files `primary` and `secondary`, a key in each. */
    keysFolder: variable("MLOPS_KEYS_FOLDER", folder.optional(), "a folder"),
    keyVault: serviceUrl("MLOPS_KEY_VAULT", z.string().startsWith("https:").optional()),
    keyVaultPrimary: variable(
      "MLOPS_KEY_VAULT_PRIMARY",
      secretName.default(primaryKeySecret),
      "the name of a secret: letters, digits and dashes",
    ),
    keyVaultSecondary: variable(
      "MLOPS_KEY_VAULT_SECONDARY",
      secretName.default("scoring-secondary-key"),
      "the name of a secret: letters, digits and dashes",
    ),
    keyVaultRefreshMs: wholeNumber("MLOPS_KEY_VAULT_REFRESH_MS", [100, dayMs], 300_000),
    entraTenant: variable("MLOPS_ENTRA_TENANT", z.guid().toLowerCase().optional(), "the tenant's id, a GUID"),
    /** Values of a token's `aud` that are taken. */
    entraAudiences: variable(
      "MLOPS_ENTRA_AUDIENCE",
      audienceList,
      "the application's id or its id URI, or several, separated by commas",
    ),
    /** A role of the application, or a scope, that a token must have. */
    entraRole: variable(
      "MLOPS_ENTRA_ROLE",
      z
        .string()
        .regex(/^[\x21-\x7e]{1,120}$/)
        .optional(),
      "the name of a role or scope, without spaces",
    ),
    entraAuthority: serviceUrl(
      "MLOPS_ENTRA_AUTHORITY",
      z.string().default("https://login.microsoftonline.com"),
    ),
    /** Certificate chain and private key in PEM; plain HTTP without them. */
    tlsCert: variable("MLOPS_TLS_CERT", folder.optional(), "a PEM file"),
    tlsKey: variable("MLOPS_TLS_KEY", folder.optional(), "a PEM file"),
    /** The vault that has the certificate, with its private key, instead of files. */
    tlsKeyVault: serviceUrl("MLOPS_TLS_KEY_VAULT", z.string().startsWith("https:").optional()),
    corsOrigins: variable(
      "MLOPS_CORS_ORIGINS",
      originList,
      "origins like https://a.example,https://b.example without paths, or * for all; https://*.example would match none, as browsers send whole names",
    ),
  },
  gateway: {
    home,
    environment,
    modelName: variable(
      "MLOPS_MODEL_NAME",
      z.string().regex(modelNamePattern),
      `a model's name: ${modelNameRule}`,
    ),
    trustedKeys,
    host,
    /** 0 = any free port. */
    port: wholeNumber("MLOPS_PORT", [0, 65_535], 0),
    logLevel,
  },
} as const satisfies Record<string, Record<string, Variable<unknown>>>;

export type ProcessName = keyof typeof processes;

/** The settings of a process; those of `scoring` include its `ServingLimits`. */
export type Settings<P extends ProcessName> = {
  readonly [K in keyof (typeof processes)[P]]: (typeof processes)[P][K] extends Variable<infer T> ? T : never;
};

const tables = Object.entries<Record<string, Variable<unknown>>>(processes);

const knownNames = [...new Set(tables.flatMap(([, table]) => Object.values(table).map(({ name }) => name)))];

/** What a setting was called until bounds became MIN and MAX, as it is called today. */
const renamed = (name: string): string => name.replace(/_LEAST_/, "_MIN_").replace(/_MOST_/, "_MAX_");

function unknownNameFault(name: string): string {
  const today = renamed(name.toUpperCase());
  if (today !== name.toUpperCase() && knownNames.includes(today))
    return `${name} is not a setting. It is now called ${today}; rename it.`;
  const nearest = closest(name.toUpperCase(), knownNames);
  const hint = distance(name.toUpperCase(), nearest) <= 4 ? ` Did you mean ${nearest}?` : " Unset it.";
  return `${name} is not a setting.${hint}`;
}

/**
 * A setting of another process, given to a command: it would be taken and do nothing, as a command does not hand its variables on
 * to what it starts.
 */
function foreignNameFault(name: string): string {
  const owner = tables.find(([, table]) => Object.values(table).some((each) => each.name === name));
  const remedy =
    name === processes.scoring.predictionLogRedact.name
      ? "Give the column `personal: true` in the definition"
      : "Unset it";
  return `${name} is a setting of the ${owner?.[0]} process, and does nothing for a command or what it starts. ${remedy}.`;
}

/** What is wrong with settings that depend on each other. */
function faultsTogether(processName: ProcessName, settings: Settings<ProcessName>): string[] {
  if (processName === "scoring") {
    const scoring = settings as Settings<"scoring">;
    return [...securityFaults(scoring), ...predictionLogFaults(scoring)];
  }
  return processName === "gateway" ? [] : sqlEngineFaults(settings as Settings<"cli" | "training">);
}

/** Reads the settings of a process from its environment variables, once, at start. The error lists every fault. */
export function readSettings<P extends ProcessName>(processName: P, env: NodeJS.ProcessEnv): Settings<P> {
  const table: Record<string, Variable<unknown>> = processes[processName];
  const faults: string[] = [];
  const values = Object.entries(table).map(([key, { name, schema, expected, secret }]) => {
    const text = env[name];
    const result = schema.safeParse(text);
    if (!result.success) {
      const given = secret === true ? "not valid (its value is not shown)" : `"${text}"`;
      faults.push(`${name} is ${text === undefined ? "not set" : given}. Expected ${expected}.`);
    }
    return [key, result.data];
  });
  for (const name of Object.keys(env)) {
    if (!/^mlops_/i.test(name)) continue;
    if (!knownNames.includes(name)) faults.push(unknownNameFault(name));
    else if (processName === "cli" && !Object.values(table).some((each) => each.name === name))
      faults.push(foreignNameFault(name));
  }
  const settings = Object.fromEntries(values) as Settings<P>;
  // What is said of a setting already is not said again in other words.
  const wrong = faults.map((fault) => fault.split(" ", 1)[0] ?? fault);
  const together = faultsTogether(processName, settings);
  faults.push(...together.filter((fault) => !wrong.some((name) => fault.includes(name))));
  if (faults.length > 0) {
    const list = faults.map((fault) => `  - ${fault}`).join("\n");
    throw new PlatformError("SETTINGS_INVALID", `Environment variables are not valid. Correct:\n${list}`);
  }
  return Object.freeze(settings);
}
