import * as pulumi from "@pulumi/pulumi";
import { parseConfig } from "../../../infra/config/config";
import { checkVariables, environmentOf, type EnvironmentSources } from "../../../infra/config/environment";
import { registered, tenantId, valueOf } from "../mocks";
import { publicKeyP256Pem } from "../../platform/signing/signing-fixture";
import { qa } from "../stacks";

const sources = {
  predictionLogContainer: "prediction-log",
  auditContainer: "audit",
  historyContainer: "history",
  truthContainer: "truth",
  dataVersions: "https://account.blob.core.windows.net/models/data-versions",
  blobEndpoint: "https://account.blob.core.windows.net/",
  vaultUri: "https://vault.vault.azure.net/",
  tenantId,
  trackingUri:
    "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w",
};

async function variables(
  values: Record<string, string>,
  given: EnvironmentSources = sources,
): Promise<Record<string, Record<string, string>>> {
  let read: Record<string, Record<string, string>> = {};
  await registered(async () => {
    const output = pulumi.output(environmentOf(parseConfig("qa", { ...qa, ...values }), given));
    read = await valueOf(output);
  });
  return read;
}

describe("the settings of the processes", () => {
  test("are what their schemas take, with keys from the vault", async () => {
    const { scoring, training, cli } = await variables({ "mlops:predictionLogRedact": "age,sex" });
    expect(scoring).toMatchObject({
      MLOPS_ENVIRONMENT: "qa",
      MLOPS_AUTH: "keys",
      MLOPS_KEY_VAULT: "https://vault.vault.azure.net",
      MLOPS_TEST_KEY_VAULT: "https://vault.vault.azure.net",
      MLOPS_TLS_KEY_VAULT: "https://vault.vault.azure.net",
      MLOPS_PREDICTION_LOG: "https://account.blob.core.windows.net/prediction-log",
      MLOPS_PREDICTION_LOG_REDACT: "age,sex",
    });
    const MLOPS_AUDIT = "https://account.blob.core.windows.net/audit";
    expect(training).toEqual({ MLOPS_EVALUATION: "on", MLOPS_ON_NO_PROMOTION: "cancel", MLOPS_AUDIT });
    expect(cli).toMatchObject({ MLOPS_REGISTRY: sources.trackingUri, MLOPS_AUDIT });
    expect(cli).toMatchObject({
      MLOPS_HISTORY: "https://account.blob.core.windows.net/history",
      MLOPS_DATA_VERSIONS: sources.dataVersions,
      MLOPS_TRUTH: "https://account.blob.core.windows.net/truth",
      MLOPS_RETRAININGS_PER_WEEK: "0",
    });
    expect((await variables({ "mlops:retrainingsPerWeek": "2" })).cli?.MLOPS_RETRAININGS_PER_WEEK).toBe("2");
  });

  test("have no certificate where a cluster's gateway has it", async () => {
    const { scoring } = await variables({ "mlops:scoring": "kubernetes" });
    expect(scoring).not.toHaveProperty("MLOPS_TLS_KEY_VAULT");
  });

  test("have Entra tokens instead of keys when an audience is given", async () => {
    const { scoring } = await variables({ "mlops:scoringAudience": "api://scoring" });
    expect(scoring).toMatchObject({
      MLOPS_AUTH: "entra",
      MLOPS_ENTRA_TENANT: tenantId,
      MLOPS_ENTRA_AUDIENCE: "api://scoring",
      MLOPS_ENTRA_ROLE: "Score",
      MLOPS_TEST_KEY_VAULT: "https://vault.vault.azure.net",
    });
    expect(scoring).not.toHaveProperty("MLOPS_KEY_VAULT");
  });

  test.each([
    ["mlops:acceptPopulation", "MLOPS_ACCEPT_POPULATION"],
    ["mlops:acceptBreaking", "MLOPS_ACCEPT_BREAKING"],
  ])("accept what %s of the stack accepts", async (setting, variable) => {
    const { training, cli } = await variables({ [setting]: "year,month" });
    expect(training).toMatchObject({ [variable]: "year,month" });
    expect(cli).toMatchObject({ [variable]: "year,month" });
  });

  test("of training have the cluster of the stack, as the process itself takes it", async () => {
    const address = "https://adb-1.2.azuredatabricks.net/sql/1.0/warehouses/1";
    const data = "abfss://data@account.dfs.core.windows.net/churn";
    const { training, scoring, cli } = await variables({
      "mlops:sparkAddress": address,
      "mlops:sparkData": data,
    });
    expect(training).toMatchObject({ MLOPS_SPARK_ADDRESS: address, MLOPS_SPARK_DATA: data });
    expect({ ...scoring, ...cli }).not.toHaveProperty("MLOPS_SPARK_ADDRESS");
  });

  test("have the public keys where something is served or compared, and the signing key where something is made", async () => {
    const signingKey = "https://vault.vault.azure.net/keys/signing";
    const trusting = await variables({ "mlops:trustedKeys": publicKeyP256Pem }, { ...sources, signingKey });
    expect(trusting).toMatchObject({
      scoring: { MLOPS_TRUSTED_KEYS: publicKeyP256Pem },
      training: { MLOPS_TRUSTED_KEYS: publicKeyP256Pem, MLOPS_SIGNING_KEY: signingKey },
      cli: { MLOPS_SIGNING_KEY: signingKey },
    });
    expect(trusting.scoring).not.toHaveProperty("MLOPS_SIGNING_KEY");
    const { scoring, training } = await variables({});
    expect({ ...scoring, ...training }).not.toHaveProperty("MLOPS_TRUSTED_KEYS");
  });

  test("are refused where a process would refuse them", () => {
    expect(() => checkVariables("scoring", { MLOPS_ENVIRONMENT: "qa", MLOPS_AUTH: "key" })).toThrow(
      /Settings of scoring: .*MLOPS_AUTH is "key"\. Expected "none", "keys" or "entra"/s,
    );
  });
});
