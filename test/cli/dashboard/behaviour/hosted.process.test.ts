import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEntry } from "../../../../platform/audit/audit-entry";
import { digestOf } from "../../../../platform/base/files";
import type { DeploymentStatus } from "../../../../platform/release/deployment";
import { closeGracefully, listen } from "../../../../platform/http/listening";
import { openStorage } from "../../../../platform/storage/open-storage";
import { buildApp } from "../../../../build/app";
import { recordServed } from "../../../../deploy/azure/served-record";
import { recordWindow } from "../../../../cli/watching/window-journal";
import { recordDecision } from "../../../../cli/retraining/decision-journal";
import { Workplace, type Started } from "../../../e2e/mlops";
import { MlflowStandIn } from "../../../platform/registry/mlflow/mlflow-stand-in";
import { Azurite } from "../../../platform/storage/azurite";
import { logDiabetes } from "../../watching/watch-fixture";
import { watchedWindow } from "../a-board";

// The program of the image as App Service starts it, which has nothing of this repository but what was built, beside the real emulator of Blob, an MLflow server and a scoring service.
const laptop = new Workplace();
const webApp = new Workplace();
const hostname = "mlops-dashboard.azurewebsites.net";
const ann = { "x-ms-client-principal-name": "ann@example.com" };
let azurite: Azurite;
let mlflow: MlflowStandIn;
let serving: Started;
let dashboard: Started;
let origin: string;

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, { host: "127.0.0.1", port: 0 });
  await closeGracefully(server);
  return port;
}

/** What stacks of an environment that trains leave, as far as a web app is given it. */
const stackOutputs = () => ({
  qa: {
    model: "diabetes",
    workspaceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w",
    retraining: { url: "https://retraining.example/jobs", deployment: "retrain-1", dataUri: "azureml://d" },
    environment: {
      cli: {
        MLOPS_REGISTRY: mlflow.trackingUri,
        MLOPS_AUDIT: azurite.signedUrl("audit"),
        MLOPS_HISTORY: azurite.signedUrl("history"),
      },
    },
  },
});

const hostedEnv = () => ({
  // As the image sets them.
  MLOPS_MODELS: path.join(webApp.home, "srv", "models"),
  MLOPS_ENVIRONMENTS: path.join(webApp.home, "srv", "environments.yml"),
  WEBSITE_HOSTNAME: hostname,
  WEBSITE_AUTH_ENABLED: "True",
  MLOPS_TARGET: "azure",
  MLOPS_STACK_OUTPUTS: JSON.stringify(stackOutputs()),
  // There is nobody whose tokens Azure would take: what is asked of it fails at once.
  AZURE_TOKEN_CREDENTIALS: "AzureCliCredential",
  PATH: path.dirname(process.execPath),
});

beforeAll(async () => {
  [azurite, mlflow] = await Promise.all([Azurite.start(), new MlflowStandIn().start()]);
  for (const name of ["history", "audit", "prediction-log"]) await azurite.client().createContainer(name);
  const registry = { MLOPS_REGISTRY: mlflow.trackingUri };
  await laptop.json(["lifecycle", "--model", "diabetes", "--yes"], 0, registry);
  serving = laptop.start(["serve", "--model", "diabetes"], registry);
  await serving.printed("Ctrl-C stops it");
  const { deployments } = await laptop.json<{ deployments: DeploymentStatus[] }>(["status"], 0, registry);
  const url = deployments.find(({ environment }) => environment === "prod")?.url ?? "";

  const history = await openStorage(azurite.signedUrl("history"));
  const [at, digest] = [new Date().toISOString(), digestOf("package")];
  await recordServed(history, {
    deployment: {
      ...{ environment: "prod", model: "diabetes" },
      stable: { model: "diabetes:1", digest, image: `registry.example/scoring@sha256:${digest}` },
      history: [{ time: at, action: "deploy", model: "diabetes:1" }],
    },
    url,
    outputs: { environment: { scoring: { MLOPS_PREDICTION_LOG: azurite.signedUrl("prediction-log") } } },
  });
  const of = { environment: "prod", name: "diabetes" };
  for (const day of [1, 2, 3]) await recordWindow(history, watchedWindow(day), of);
  const decided = { action: "alert", reason: "alerts-only", explanation: "Nothing is retrained." } as const;
  await recordDecision(
    history,
    { time: at, ...{ environment: "prod", model: "diabetes:1", rows: 9 }, ...decided },
    of,
  );
  await logDiabetes(await openStorage(azurite.signedUrl("prediction-log")));

  await buildApp("dashboard", path.join(webApp.home, "srv"));
  const port = await freePort();
  const args = ["dashboard", "--hosted", "--allow-changes", "--port", String(port)];
  const program = path.join(webApp.home, "srv", "app", "main.js");
  dashboard = webApp.spawn(process.execPath, [program, ...args], hostedEnv());
  await dashboard.printed(`The dashboard is at https://${hostname}/`);
  origin = `http://127.0.0.1:${port}`;
}, 180_000);
afterAll(async () => {
  for (const each of [dashboard, serving]) {
    each?.process.kill("SIGTERM");
    await each?.ended;
  }
  await Promise.all([azurite?.stop(), mlflow?.close(), laptop.remove(), webApp.remove()]);
});

const page = async (at: string): Promise<string> => (await fetch(`${origin}${at}`, { headers: ann })).text();

/** A page whose measurement may take a moment. */
async function measured(at: string): Promise<string> {
  for (;;) {
    const text = await page(at);
    if (!text.includes('http-equiv="refresh"')) return text;
    await sleep(200);
  }
}

test("nobody is let in whom App Service has not signed in, whatever key they have", async () => {
  const answer = await fetch(`${origin}/?key=${"k".repeat(32)}`, { redirect: "manual" });
  expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining("Sign in")]);
});

test("shows what the registry, releases, watching and the audit trail have left in Azure", async () => {
  const model = await page("/models/diabetes");
  expect(model).toContain("diabetes:1");
  expect(model).toContain("Drift and performance over time");
  expect(model).toContain("Nothing is retrained.");
  expect(model).not.toContain("ulumi");
  expect(await measured("/models/diabetes/versions/1")).toContain("Intended use");
  expect(await measured("/models/diabetes/monitoring")).toMatch(/300 rows[\s\S]*bmi/);
  expect(await page("/audit")).toContain("the trail is whole");
});

test("a row is answered by what production serves, with what each feature adds", async () => {
  const form = await page("/models/diabetes/try");
  const [, key = ""] = /name="key" value="([^"]+)"/.exec(form) ?? [];
  const fields = [...form.matchAll(/name="(value-[^"]+)"[^>]*value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value],
  );
  const answer = await fetch(`${origin}/models/diabetes/try`, {
    method: "POST",
    headers: { ...ann, origin: `https://${hostname}` },
    body: new URLSearchParams([["key", key], ...fields]),
  });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toMatch(/progression: \d+/);
  expect(text).toMatch(/>bmi<[\s\S]*adds/);
});

test("who is signed in is who acts, in the audit trail; releases are not offered", async () => {
  expect(await page("/models/diabetes")).not.toMatch(/actions\/(rollback|promote|approve)/);
  const form = await page("/models/diabetes/actions/retrain");
  const hidden = (name: string): string => new RegExp(`name="${name}" value="([^"]+)"`).exec(form)?.[1] ?? "";
  const body = { key: hidden("key"), stand: hidden("stand"), reason: "new rows" };
  const send = (from: string) =>
    fetch(`${origin}/models/diabetes/actions/retrain`, {
      method: "POST",
      headers: { ...ann, origin: from },
      body: new URLSearchParams(body),
      redirect: "manual",
    });
  expect((await send("https://evil.example")).status).toBe(403);
  const sent = await send(`https://${hostname}`);
  expect(sent.status).toBe(303);
  const job = await measured(sent.headers.get("location") ?? "");
  // As far as it comes here: nobody is signed in to Azure.
  expect(job).toContain("Nobody is signed in to Azure");
  const storage = await openStorage(azurite.signedUrl("audit"));
  const entries = await Promise.all(
    (await storage.list("")).map(
      async (file) => JSON.parse(Buffer.from(await storage.get(file)).toString("utf8")) as AuditEntry,
    ),
  );
  expect(entries).toMatchObject([
    {
      act: "retrain",
      subject: "diabetes",
      state: "begun",
      why: "new rows",
      actor: { who: "ann@example.com" },
    },
    { act: "retrain", state: "failed", actor: { who: "ann@example.com" } },
  ]);
});

test("the page of one model is served behind the same sign-in, and leads nowhere else", async () => {
  const models = path.join(webApp.home, "srv", "models");
  const definition = path.join(models, "diabetes", "model.js");
  // Whoever owns the model says that it has a page.
  const text = await readFile(definition, "utf8");
  await writeFile(definition, text.replace('name: "diabetes"', 'name: "diabetes", page: true'));
  const port = await freePort();
  const served = webApp.spawn(
    process.execPath,
    [path.join(webApp.home, "srv", "app", "main.js"), "page", "--hosted", "--port", String(port)],
    hostedEnv(),
  );
  await served.printed(`The page of diabetes is at https://${hostname}/`);
  const at = `http://127.0.0.1:${port}`;
  expect((await fetch(at)).status).toBe(401);
  const form = await (await fetch(at, { headers: ann })).text();
  const fields = [...form.matchAll(/name="([^"]+)"\s+value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value],
  );
  const answer = await fetch(new URL(/action="([^"]+)"/.exec(form)?.[1] ?? "/", at), {
    method: "POST",
    headers: { ...ann, origin: `https://${hostname}` },
    body: new URLSearchParams(fields),
  });
  expect(await answer.text()).toMatch(/progression: \d+/);
  expect((await fetch(`${at}/models/diabetes`, { headers: ann })).status).toBe(404);
  served.process.kill("SIGTERM");
  await served.ended;
});

test("is refused where nobody signs people in: anybody could say who they are", async () => {
  const { code, stderr } = await webApp.run(["dashboard", "--hosted"], { WEBSITE_HOSTNAME: hostname });
  expect([code, stderr]).toEqual([2, expect.stringContaining('WEBSITE_AUTH_ENABLED is ""')]);
});
