import { z } from "zod";
import { MlflowClient } from "../../../../platform/registry/mlflow/mlflow-client";
import { parseTrackingUri } from "../../../../platform/settings/mlflow-address";
import { tokensFor } from "../../../../platform/registry/mlflow/mlflow-token";
import { MlflowStandIn, workspace } from "./mlflow-stand-in";

/** A token that says when it ends, as those of a run do. */
function jwt(name: string, minutes: number): string {
  const claims = JSON.stringify({ name, exp: Math.floor(Date.now() / 1000) + minutes * 60 });
  return `e30.${Buffer.from(claims).toString("base64url")}.s`;
}

describe("the token of a run in Azure Machine Learning", () => {
  let server: MlflowStandIn;

  beforeEach(async () => {
    server = await new MlflowStandIn(true).start();
    server.runs.set("r1", { info: { run_id: "r1" } });
  });
  afterEach(() => server.close());

  const tokenPath = `v1.0${workspace}/experimentids/e%201/runs/r1/token`.replace("%20", " ");
  function open(token: string, env: NodeJS.ProcessEnv = {}): MlflowClient {
    const address = parseTrackingUri(server.trackingUri);
    const job = { MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: "r1", MLFLOW_EXPERIMENT_ID: "e 1", ...env };
    const tokens = tokensFor(address, job);
    return new MlflowClient({
      trackingUri: server.trackingUri,
      timing: { firstPauseMs: 5 },
      ...(tokens && { token: tokens }),
    });
  }
  const batch = (client: MlflowClient, idempotent = true): Promise<unknown> =>
    client.call({
      method: "POST",
      path: "runs/log-batch",
      body: { run_id: "r1" },
      answer: z.object({}),
      idempotent,
    });
  const sent = (call: string): (string | undefined)[] =>
    server.seen.filter((each) => each.call === call).map(({ authorization }) => authorization);

  test("is renewed when it is refused, and the call is sent again, also one that must not be done twice", async () => {
    server.tokens = ["new"];
    const client = open("old");
    await batch(client, false);
    await batch(client, false);
    expect(sent(tokenPath)).toEqual(["Bearer old"]);
    expect(sent("runs/log-batch")).toEqual(["Bearer old", "Bearer new", "Bearer new"]);
    expect(server.runs.get("r1")?.batches).toHaveLength(2);
  });

  test("is renewed before it ends, once for all calls that wait", async () => {
    const fresh = jwt("fresh", 60);
    server.tokens = [fresh];
    const client = open(jwt("ending", 4));
    await Promise.all([batch(client), batch(client), batch(client)]);
    expect(server.count(tokenPath)).toBe(1);
    expect(sent("runs/log-batch")).toEqual([fresh, fresh, fresh].map((token) => `Bearer ${token}`));
  });

  test("serves on while it cannot be renewed, and is not asked for at every call", async () => {
    const ending = jwt("ending", 4);
    server.tokens = [ending];
    server.trouble(tokenPath, { status: 403 });
    const client = open(ending);
    await batch(client);
    await batch(client);
    expect(server.count(tokenPath)).toBe(1);
    expect(server.runs.get("r1")?.batches).toHaveLength(2);
  });

  test("that nobody renews ends in the words of the refusal", async () => {
    server.tokens = ["new"];
    server.trouble(tokenPath, { status: 401 });
    await expect(batch(open("old"))).rejects.toMatchObject({
      code: "MLFLOW_FAILED",
      message: expect.stringContaining("HTTP 401 (UserError). Expected a token that the server knows."),
    });
    expect(server.count("runs/log-batch")).toBe(1);
  });

  test("is not renewed where nothing says which run it is of", async () => {
    server.tokens = ["new"];
    await expect(batch(open("old", { MLFLOW_RUN_ID: "" }))).rejects.toMatchObject({ code: "MLFLOW_FAILED" });
    expect(server.count(tokenPath)).toBe(0);
  });

  test("is not sent to another server than the job's", () => {
    const other = "https://other.example";
    const address = parseTrackingUri(other);
    const env = { MLFLOW_TRACKING_TOKEN: "t", MLFLOW_TRACKING_URI: server.trackingUri };
    expect(tokensFor(address, env)).toBeUndefined();
    expect(tokensFor(address, { MLFLOW_TRACKING_TOKEN: "t" })).toBeDefined();
    expect(tokensFor(address, { ...env, MLFLOW_TRACKING_URI: `${other}/` })).toBeDefined();
    const one = `azureml://id.workspace.westeurope.api.azureml.ms/mlflow/v1.0${workspace}`;
    const two = `azureml://westeurope.api.azureml.ms/mlflow/v2.0${workspace.toLowerCase()}`;
    expect(
      tokensFor(parseTrackingUri(one), { MLFLOW_TRACKING_TOKEN: "t", MLFLOW_TRACKING_URI: two }),
    ).toBeDefined();
  });
});
