import * as pulumi from "@pulumi/pulumi";
import { readSettings, type ProcessName } from "../../platform/settings/settings";
import { sparkPlaceOf, sparkVariables } from "./spark-place";
import type { StackConfig } from "./stack-config";
import { refusal } from "./refusal";

/** Environment variables of a process, by name. */
export type Variables = Record<string, pulumi.Output<string>>;

/** Values for the processes' settings that do not come from the configuration. */
export interface EnvironmentSources {
  readonly predictionLogContainer: pulumi.Input<string>;
  readonly auditContainer: pulumi.Input<string>;
  readonly historyContainer: pulumi.Input<string>;
  readonly truthContainer: pulumi.Input<string>;
  /** URL of where the training jobs keep the data that they train on. */
  readonly dataVersions: pulumi.Input<string>;
  readonly blobEndpoint: pulumi.Input<string>;
  readonly vaultUri: pulumi.Input<string>;
  readonly tenantId: pulumi.Input<string>;
  readonly trackingUri: pulumi.Input<string>;
  /** URI of the key that signs versions and images; without it they are not signed. */
  readonly signingKey?: pulumi.Input<string> | undefined;
}

/** Placeholders, for the check, of settings that a process gets from elsewhere. */
const givenElsewhere: Readonly<Record<ProcessName, Readonly<Record<string, string>>>> = {
  // scoring/process/container-main.ts reads these two from the package in the image.
  scoring: { MLOPS_MODEL_DIRECTORY: "/srv/package/model", MLOPS_MODEL: "model:1" },
  training: {},
  cli: {},
  gateway: {},
};

/** Returns the variables unchanged; throws the error that the process itself would report when it starts. */
export function checkVariables(
  process: ProcessName,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  try {
    readSettings(process, { ...givenElsewhere[process], ...values });
  } catch (error) {
    if (error instanceof Error) throw refusal(`Settings of ${process}: ${error.message}`);
    throw error;
  }
  return values;
}

function checked(process: ProcessName, variables: Record<string, pulumi.Input<string>>): Variables {
  const all = pulumi.output(variables).apply((values) => checkVariables(process, values));
  return Object.fromEntries(
    Object.keys(variables).map((name) => [name, all.apply((values) => values[name] ?? "")]),
  );
}

function authentication(
  config: StackConfig,
  { keyVault, tenantId }: { keyVault: pulumi.Input<string>; tenantId: pulumi.Input<string> },
): Record<string, pulumi.Input<string>> {
  if (config.scoringAudience !== undefined) {
    return {
      MLOPS_AUTH: "entra",
      MLOPS_ENTRA_TENANT: tenantId,
      MLOPS_ENTRA_AUDIENCE: config.scoringAudience,
      MLOPS_ENTRA_ROLE: config.scoringRole,
    };
  }
  // The process reads the keys with its own identity, so no key is in a variable or in the cluster.
  return { MLOPS_AUTH: "keys", MLOPS_KEY_VAULT: keyVault };
}

/** The `MLOPS_*` settings of each process in this environment, checked with the processes' own schemas. */
export function environmentOf(
  config: StackConfig,
  sources: EnvironmentSources,
): Record<"scoring" | "training" | "cli", Variables> {
  const { blobEndpoint, predictionLogContainer, auditContainer, historyContainer, truthContainer } = sources;
  const { trackingUri, tenantId, vaultUri } = sources;
  const keyVault = pulumi.output(vaultUri).apply((uri) => uri.replace(/\/$/, ""));
  const gate = {
    MLOPS_EVALUATION: config.evaluation,
    MLOPS_ON_NO_PROMOTION: config.onNoPromotion,
    ...(config.acceptPopulation !== undefined && { MLOPS_ACCEPT_POPULATION: config.acceptPopulation }),
    ...(config.acceptBreaking !== undefined && { MLOPS_ACCEPT_BREAKING: config.acceptBreaking }),
  };
  const trusting = config.trustedKeys === undefined ? {} : { MLOPS_TRUSTED_KEYS: config.trustedKeys };
  const signing = sources.signingKey === undefined ? {} : { MLOPS_SIGNING_KEY: sources.signingKey };
  const spark = sparkVariables(sparkPlaceOf(config));
  const audit = { MLOPS_AUDIT: pulumi.interpolate`${blobEndpoint}${auditContainer}` };
  return {
    scoring: checked("scoring", {
      ...trusting,
      MLOPS_ENVIRONMENT: config.environment,
      MLOPS_HOST: "0.0.0.0",
      MLOPS_PORT: "8080",
      MLOPS_HEALTH_PORT: "8081",
      MLOPS_PREDICTION_LOG: pulumi.interpolate`${blobEndpoint}${predictionLogContainer}`,
      ...(config.predictionLogRedact.length > 0 && {
        MLOPS_PREDICTION_LOG_REDACT: config.predictionLogRedact.join(","),
      }),
      // A load balancer takes a few seconds to notice that a replica is shutting down.
      MLOPS_DRAIN_MS: "10000",
      MLOPS_GRACE_MS: "40000",
      MLOPS_TEST_KEY_VAULT: keyVault,
      // On a cluster its gateway speaks TLS.
      ...(config.scoring === "containers" && { MLOPS_TLS_KEY_VAULT: keyVault }),
      ...authentication(config, { keyVault, tenantId }),
    }),
    training: checked("training", { ...gate, ...signing, ...trusting, ...audit, ...spark }),
    cli: checked("cli", {
      MLOPS_REGISTRY: trackingUri,
      MLOPS_HISTORY: pulumi.interpolate`${blobEndpoint}${historyContainer}`,
      MLOPS_TRUTH: pulumi.interpolate`${blobEndpoint}${truthContainer}`,
      MLOPS_DATA_VERSIONS: sources.dataVersions,
      MLOPS_RETRAININGS_PER_WEEK: String(config.retrainingsPerWeek),
      ...gate,
      ...signing,
      ...audit,
    }),
  };
}
