import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEntry } from "../../../../platform/audit/audit-entry";
import { closeGracefully, listen } from "../../../../platform/http/listening";
import type { PromotionDecision } from "../../../../platform/metrics/evaluation";
import { openRegistry } from "../../../../platform/registry/open-registry";
import type { Registry } from "../../../../platform/registry/registry";
import { openStorage } from "../../../../platform/storage/open-storage";
import { registerCandidate } from "../../../../training/directory/register";
import { buildApp } from "../../../../build/app";
import { Workplace, type Started } from "../../../e2e/mlops";
import { AzureMlServer, workspaceId } from "../../../platform/azure/azure-ml-server";
import { formFields, HostedPlace, imageSettings } from "../hosted-place";
import { ManagedIdentity } from "../managed-identity";

// The program of the image as App Service starts it, which has nothing of this repository but what was built.
const { hostname, ann } = HostedPlace;
const webApp = new Workplace();
let place: HostedPlace;
let dashboard: Started;
let origin: string;

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, { host: "127.0.0.1", port: 0 });
  await closeGracefully(server);
  return port;
}

const hostedEnv = () => ({
  ...imageSettings(webApp.home),
  ...place.settings(),
  PATH: path.dirname(process.execPath),
});

/** Starts a verb of the program, and gives where it answers once it has said that it does. */
async function start(
  said: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ served: Started; at: string }> {
  const port = await freePort();
  const program = path.join(webApp.home, "srv", "app", "main.js");
  const served = webApp.spawn(process.execPath, [program, ...args, "--port", String(port)], {
    ...hostedEnv(),
    ...settings,
  });
  await served.printed(said);
  return { served, at: `http://127.0.0.1:${port}` };
}

async function stop(started: Started | undefined): Promise<void> {
  started?.process.kill("SIGTERM");
  await started?.ended;
}

beforeAll(async () => {
  place = await HostedPlace.open();
  await buildApp("dashboard", path.join(webApp.home, "srv"));
  const said = `The dashboard is at https://${hostname}/`;
  ({ served: dashboard, at: origin } = await start(said, ["dashboard", "--hosted", "--allow-changes"]));
}, 180_000);
afterAll(async () => {
  await stop(dashboard);
  await Promise.all([place?.close(), webApp.remove()]);
});

const page = async (at: string, from = origin): Promise<string> =>
  (await fetch(`${from}${at}`, { headers: ann })).text();

/** A page whose measurement may take a moment. */
async function measured(at: string, from = origin): Promise<string> {
  for (;;) {
    const text = await page(at, from);
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
  // The run is on the machine that trained it: figures are those that its registration has left.
  expect(model).toMatch(/data-head="rmse">\s*<div>\d\d\.\d+</);
  const version = await measured("/models/diabetes/versions/1");
  expect(version).toMatch(/data\.csv, 442 rows[\s\S]*ridge[\s\S]*no-champion[\s\S]*in prod[\s\S]*serves now/);
  const shown = /this web app has no right to read[\s\S]*>442<[\s\S]*versions\/1">diabetes:1/;
  // The files of versions are read in the background.
  while (!shown.test(await measured("/models/diabetes/data"))) await sleep(200);
  expect(await measured("/models/diabetes/versions/1")).toContain("Intended use");
  expect(await measured("/models/diabetes/monitoring")).toMatch(/300 rows[\s\S]*bmi/);
  expect(await page("/audit")).toContain("the trail is whole");
});

test("a version that was trained elsewhere says what it was compared with, and how sure it is that it is better", async () => {
  const registry = openRegistry(place.mlflow.trackingUri, { report: () => undefined });
  const directory = path.join(webApp.home, "second", "model");
  await registry.download({ name: "diabetes", version: 1 }, directory);
  // Its content is the first one's, of which the registry has a version already.
  const anew = {
    list: () => Promise.resolve([]),
    register: (...args: Parameters<Registry["register"]>) => registry.register(...args),
  } as unknown as Registry;
  await registerCandidate(anew, directory, {
    ...{ promote: true, reason: "better", metric: "rmse", candidate: 50.5, rows: 85 },
    ...{ champion: { model: "diabetes:1", value: 54.25 }, improvement: 3.75 },
    interval: { level: 0.95, low: 0.5, high: 6.25, resamples: 1000 },
  } as unknown as PromotionDecision);
  const shown =
    /better[\s\S]*rmse 50\.5 against 54\.25 of diabetes:1 on 85 held-out rows: better by 3\.75 \(95 % interval 0\.5 to 6\.25\)/;
  // The board is read again in the background.
  const until = Date.now() + 60_000;
  let text = "";
  while (!shown.test(text) && Date.now() < until) {
    text = await measured("/models/diabetes/versions/2");
    await sleep(500);
  }
  expect(text).toMatch(shown);
});

test("a row is answered by what production serves, with what each feature adds", async () => {
  const fields = formFields(await page("/models/diabetes/try"));
  const answer = await fetch(`${origin}/models/diabetes/try`, {
    method: "POST",
    headers: { ...ann, origin: `https://${hostname}` },
    body: new URLSearchParams(fields),
  });
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toMatch(/progression: \d+/);
  expect(text).toMatch(/>bmi<[\s\S]*adds/);
});

test("training jobs of the stack are shown by what the web app's identity reads, with the log of each", async () => {
  const azure = new AzureMlServer();
  await azure.start();
  const identity = await ManagedIdentity.open(azure.url, webApp.home);
  const tags = { "mlops.version": "diabetes:7", "mlops.explanation": "It is better." };
  const createdAt = "2026-11-27T10:00:00Z";
  azure.jobs.push({ name: "job-2", states: ["Completed"], experiment: "diabetes", createdAt, tags });
  azure.jobs.push({ name: "other", states: ["Running"], experiment: "titanic", createdAt });
  azure.log = "epoch 1\nepoch 2\n";
  const settings = {
    ...place.settings(`${azure.url}/mlflow/v1.0${workspaceId}`),
    MLOPS_REGISTRY: place.mlflow.trackingUri,
    ...identity.env("client-of-the-dashboard"),
  };
  const { served, at } = await start("The dashboard is at", ["dashboard", "--hosted"], settings);
  try {
    expect(await page("/models/diabetes", at)).toContain('href="/models/diabetes/trainings"');
    const list = await measured("/models/diabetes/trainings", at);
    expect(list).toMatch(/job-2[\s\S]*Completed[\s\S]*54\.35[\s\S]*diabetes:7/);
    expect(list).not.toContain("other");
    const job = await measured("/models/diabetes/trainings/job-2", at);
    expect(job).toMatch(/It is better\.[\s\S]*epoch 1\n.*epoch 2/);
    expect(new Set(identity.asked)).toEqual(new Set(["client-of-the-dashboard"]));
  } finally {
    await stop(served);
    await Promise.all([identity.close(), azure.close()]);
  }
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
  const storage = await openStorage(place.azurite.signedUrl("audit"));
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

test("answers App Service, which asks whether it still does and is signed in as nobody", async () => {
  const answer = await fetch(`${origin}/healthz`);
  expect([answer.status, await answer.text()]).toEqual([200, "It answers.\n"]);
});

/** Asks a page of one model for the row that its form has, as somebody or nobody. */
async function askPage(at: string, headers: Record<string, string>): Promise<string> {
  const answer = await fetch(at, {
    method: "POST",
    headers: { ...headers, origin: `https://${hostname}` },
    body: new URLSearchParams(formFields(await (await fetch(at, { headers })).text())),
  });
  return answer.text();
}

test("the page of one model is served behind the same sign-in, and leads nowhere else", async () => {
  const { served, at } = await start(`The page of diabetes is at https://${hostname}/`, ["page", "--hosted"]);
  expect((await fetch(at)).status).toBe(401);
  expect((await fetch(`${at}/healthz`)).status).toBe(200);
  expect(await askPage(at, ann)).toMatch(/progression: \d+/);
  expect((await fetch(`${at}/models/diabetes`, { headers: ann })).status).toBe(404);
  await stop(served);
  // It neither looks at telemetry nor for the key that marks tests: it has no right to.
  expect(served.output()).not.toMatch(/cannot be read|Application Insights|signed in to Azure/);
});

test("open to the public, it answers everybody, and still leads nowhere else", async () => {
  const { served, at } = await start("Everybody may ask.", ["page", "--hosted", "--public"]);
  expect(await askPage(at, {})).toMatch(/progression: \d+/);
  for (const url of ["/models/diabetes", "/audit"]) expect((await fetch(`${at}${url}`)).status).toBe(404);
  await stop(served);
});

test("is refused where nobody signs people in: anybody could say who they are", async () => {
  const { code, stderr } = await webApp.run(["dashboard", "--hosted"], { WEBSITE_HOSTNAME: hostname });
  expect([code, stderr]).toEqual([2, expect.stringContaining('WEBSITE_AUTH_ENABLED is ""')]);
});

test("a page that is not a web app's is not open to the public", async () => {
  const { code, stderr } = await webApp.run(["page", "--model", "diabetes", "--public"], {});
  expect([code, stderr]).toEqual([2, expect.stringContaining("Expected --hosted with it")]);
});
