import { PlatformError } from "../../../platform/base/errors";
import { parseTrackingUri } from "../../../platform/settings/mlflow-address";
import { MlflowClient } from "../../../platform/registry/mlflow/mlflow-client";
import { tokensFor } from "../../../platform/registry/mlflow/mlflow-token";
import { openArtifacts } from "../../../platform/registry/mlflow/mlflow-artifacts";
import { workspace } from "../registry/mlflow/mlflow-stand-in";

const host = "westeurope.api.azureml.ms";
const expected =
  "Expected http(s)://<host>, or azureml://<region>.api.azureml.ms/mlflow/v1.0/subscriptions/... as the workspace's property mlFlowTrackingUri has it. Correct it.";

describe("a tracking URI", () => {
  test.each([
    ["http://127.0.0.1:5000", { base: "http://127.0.0.1:5000", origin: "http://127.0.0.1:5000" }],
    [
      "https://mlflow.example/team/",
      { base: "https://mlflow.example/team", origin: "https://mlflow.example" },
    ],
    [
      `azureml://${host}/mlflow/v1.0${workspace}`,
      { base: `https://${host}/mlflow/v1.0${workspace}`, origin: `https://${host}`, workspace },
    ],
    [
      `https://${host}/mlflow/v2.0${workspace}/`,
      { base: `https://${host}/mlflow/v2.0${workspace}`, origin: `https://${host}`, workspace },
    ],
  ])("%s is read", (text, address) => {
    expect(parseTrackingUri(text)).toEqual(address);
  });

  test.each([
    ["ftp://mlflow.example", '"ftp://mlflow.example" is not a tracking URI'],
    ["https://", '"https://" is not a tracking URI'],
    [
      `azureml://${host}/registries/r`,
      `"azureml://${host}/registries/r" names no Azure Machine Learning workspace`,
    ],
    [
      "https://ada:s3cret@mlflow.example",
      "The tracking URI of https://mlflow.example has a user, a query or a fragment in it",
    ],
    [
      "https://mlflow.example?sig=s3cret",
      "The tracking URI of https://mlflow.example has a user, a query or a fragment in it",
    ],
  ])("%s is refused, and no secret shown", (text, what) => {
    expect(() => parseTrackingUri(text)).toThrow(
      new PlatformError("SETTINGS_INVALID", `${what}. ${expected}`),
    );
  });
});

describe("the token for a server", () => {
  const azure = parseTrackingUri(`azureml://${host}/mlflow/v1.0${workspace}`);
  const plain = parseTrackingUri("https://mlflow.example");

  test("is the one in the environment, if there is one", async () => {
    for (const address of [azure, plain]) {
      expect(await tokensFor(address, { MLFLOW_TRACKING_TOKEN: "t" })?.()).toBe("t");
    }
    expect(tokensFor(plain, {})).toBeUndefined();
    expect(tokensFor(plain, { MLFLOW_TRACKING_TOKEN: "" })).toBeUndefined();
  });

  test("is that of the process's identity for a workspace, but for no other host that calls itself one", () => {
    expect(tokensFor(azure, {})).toBeInstanceOf(Function);
    const other = parseTrackingUri(`azureml://api.azureml.ms.example/mlflow/v1.0${workspace}`);
    expect(() => tokensFor(other, {})).toThrow(
      "https://api.azureml.ms.example is not a host of Azure Machine Learning, so it gets no token of this identity. Expected <region>.api.azureml.ms. Correct the tracking URI, or set MLFLOW_TRACKING_TOKEN.",
    );
  });

  test("does not leave this machine unencrypted", () => {
    const token = (): Promise<string> => Promise.resolve("t");
    expect(() => new MlflowClient({ trackingUri: "http://mlflow.example", token })).toThrow(
      "http://mlflow.example is not encrypted, so no token is sent to it. Expected https:// for a server on another machine. Correct the tracking URI, or unset MLFLOW_TRACKING_TOKEN.",
    );
    expect(new MlflowClient({ trackingUri: "http://mlflow.example" }).address.origin).toBe(
      "http://mlflow.example",
    );
  });
});

describe("a place of artifacts", () => {
  test.each([
    "s3://bucket/0/run/artifacts",
    "/mlruns/0",
    `azureml://jobs/j/outputs/x`,
    "mlflow-artifacts:/0/../1",
  ])("%s that cannot be reached is refused", (uri) => {
    const client = new MlflowClient({ trackingUri: "https://mlflow.example" });
    expect(() => openArtifacts(client, uri)).toThrow(
      `The server keeps its artifacts at ${uri}, where only it can write. Expected mlflow-artifacts:/... or a workspace of Azure Machine Learning. Start MLflow with --serve-artifacts and --artifacts-destination.`,
    );
  });
});
