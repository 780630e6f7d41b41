import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parseConfig } from "../../../infra/config/config";
import { examine, type Examined } from "../../../infra/doctor/doctor";
import { resourceProviders } from "../../../infra/bootstrap/grants";
import { tokenFor } from "../bootstrap/cloud";

const subscriptionId = "aaaaaaaa-0000-4000-8000-000000000001";
const usage = (value: string, currentValue: number, limit: number) => ({
  name: { value },
  currentValue,
  limit,
  unit: "Count",
});

/** What the servers answer, by the end of the path; as the REST reference documents it. */
const healthy: Record<string, unknown> = {
  [`/subscriptions/${subscriptionId}`]: { displayName: "Research", state: "Enabled" },
  "/providers/Microsoft.Authorization/roleAssignments": {
    value: [
      {
        properties: {
          roleDefinitionId: "/subscriptions/1/providers/x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
          scope: `/subscriptions/${subscriptionId}`,
        },
      },
    ],
  },
  "/providers": {
    value: resourceProviders.map((namespace) => ({ namespace, registrationState: "Registered" })),
  },
  "/Microsoft.Compute/skus": {
    value: [
      {
        resourceType: "virtualMachines",
        name: "Standard_DS3_v2",
        family: "standardDSv2Family",
        capabilities: [{ name: "vCPUs", value: "4" }],
        restrictions: [],
      },
    ],
  },
  "/Microsoft.Compute/locations/westeurope/usages": { value: [usage("standardDSv2Family", 0, 100)] },
  "/Microsoft.MachineLearningServices/locations/westeurope/usages": {
    value: [usage("Total Cluster LowPriority Regional vCPUs", 0, 100)],
  },
  "/Microsoft.Storage/checkNameAvailability": { nameAvailable: true },
  "/Microsoft.KeyVault/checkNameAvailability": { nameAvailable: true, message: null },
  "/Microsoft.ContainerService/locations/westeurope/kubernetesVersions": {
    values: [
      { version: "1.34", capabilities: { supportPlan: ["AKSLongTermSupport"] } },
      { version: "1.35", capabilities: { supportPlan: ["KubernetesOfficial", "AKSLongTermSupport"] } },
      { version: "1.36" },
      { version: "1.38", isPreview: true },
    ],
  },
  "/_apis/projects/shop": { id: "project-1", name: "shop" },
  "/_apis/pipelines/7": { id: 7, name: "mlops-release" },
  "/_apis/serviceendpoint/endpoints": (name: string) => ({ value: [endpointOf(name)] }),
  "/federatedIdentityCredentials": (_: string, pathname: string) => {
    const name = pathname.split("/").at(-2) ?? "";
    return { value: [{ properties: { issuer, subject: `sc://contoso/shop/${name}`, audiences: [] } }] };
  },
  "/Microsoft.Storage/storageAccounts": {
    value: [
      { id: "1", name: "others", tags: { environment: "qa" } },
      { id: "2", name: "mlopsstorage", tags: { environment: "qa", model: "diabetes" } },
    ],
  },
  "/mlopsstorage/data/diabetes/_manifest.json": {},
};

const issuer = "https://login.microsoftonline.com/tenant/v2.0";
const endpointOf = (name: string) => ({
  name,
  authorization: {
    scheme: "WorkloadIdentityFederation",
    parameters: {
      workloadIdentityFederationIssuer: issuer,
      workloadIdentityFederationSubject: `sc://contoso/shop/${name}`,
    },
  },
});

let server: Server;
let answers: Record<string, unknown>;
let url = "";

beforeEach(async () => {
  answers = { ...healthy };
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const ends = Object.keys(answers).filter((end) => pathname.endsWith(end));
    const best = ends.sort((a, b) => b.length - a.length)[0] ?? "";
    const given = answers[best];
    const answer: unknown =
      typeof given === "function"
        ? (given as (name: string, path: string) => unknown)(
            searchParams.get("endpointNames") ?? "",
            pathname,
          )
        : given;
    const status = typeof answer === "number" ? answer : best === "" ? 404 : 200;
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(
      status === 200
        ? JSON.stringify(answer)
        : JSON.stringify({ error: { code: "Refused", message: "No." }, message: "No." }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const said: Record<string, string> = {
  node: "v24.1.0",
  az: '"azure-cli": "2.75.0"',
  pulumi: "v3.270.0",
  docker: "28.3.2",
};

function examined(changes: Partial<Examined> = {}): Examined {
  return {
    config: parseConfig("qa", {
      "azure-native:location": "westeurope",
      "mlops:owner": "team-risk",
      "mlops:costCentre": "1",
      "mlops:alertEmail": "a@example.com",
      "mlops:monthlyBudget": "1",
      "mlops:scoring": "containers",
      "mlops:devOpsProject": "contoso/shop",
      "mlops:releasePipelineId": "7",
    }),
    subscriptionId,
    resourceGroup: "mlops-state",
    credential: { getToken: (scope) => Promise.resolve(tokenFor(String(scope))) },
    versions: { pulumi: "3.270.0", node: ">=20.19" },
    run: (program) => Promise.resolve({ code: 0, output: said[program] ?? "" }),
    connection: { managementUrl: url, timing: { attempts: 2, firstPauseMs: 1 } },
    devOpsOptions: { url, attempts: 1, firstPauseMs: 1 },
    blobUrl: (account) => `${url}/${account}`,
    ...changes,
  };
}

async function faults(changes: Partial<Examined> = {}): Promise<string[]> {
  const findings = await examine(examined(changes));
  return findings.filter(({ status }) => status !== "ok").map(({ check, says }) => `${check}: ${says}`);
}

test("where nothing is in the way, everything was looked at and nothing is found", async () => {
  const findings = await examine(examined());
  expect(findings.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    "tool node",
    "tool az",
    "tool pulumi",
    "tool docker",
    "model",
    "sign-in",
    "subscription",
    "role Contributor",
    "role Role Based Access Control Administrator",
    "role Resource Policy Contributor",
    "resource providers",
    "quota for training",
    "name of state account",
    "name of state vault",
    "Azure DevOps",
    ...["mlops-qa-preview", "mlops-qa", "mlops-qa-release"].flatMap((name) => [
      `connection ${name}`,
      `federated credential of ${name}`,
    ]),
    "data of diabetes",
  ]);
});

test.each<[string, Record<string, unknown>, string[]]>([
  [
    "a connection that is not there",
    { "/_apis/serviceendpoint/endpoints": { value: [] } },
    ["mlops-qa-preview", "mlops-qa", "mlops-qa-release"].map(
      (name) => `connection ${name}: the project has no such service connection`,
    ),
  ],
  [
    "connections that the caller may not see",
    { "/_apis/serviceendpoint/endpoints": { value: [null] } },
    ["mlops-qa-preview", "mlops-qa", "mlops-qa-release"].map(
      (name) => `connection ${name}: you may not see service connections of the project`,
    ),
  ],
  [
    "an identity that trusts another connection",
    {
      "/mlops-qa/federatedIdentityCredentials": {
        value: [{ properties: { issuer, subject: "sc://other" } }],
      },
    },
    [
      `federated credential of mlops-qa: the identity does not trust sc://contoso/shop/mlops-qa of ${issuer}, so pipelines cannot sign in as it`,
    ],
  ],
  [
    "an identity of another subscription",
    { "/mlops-qa/federatedIdentityCredentials": 404 },
    [
      "federated credential of mlops-qa: resource group mlops-state of the subscription has no identity mlops-qa that you may see",
    ],
  ],
  [
    "no storage yet",
    {
      "/Microsoft.Storage/storageAccounts": {
        value: [{ id: "1", name: "others", tags: { environment: "qa" } }],
      },
    },
    ["data of diabetes: the stack has no storage account yet"],
  ],
  [
    "no data",
    { "/mlopsstorage/data/diabetes/_manifest.json": 404 },
    [
      "data of diabetes: nothing was delivered: a training finds no data, unless another program lays files there",
    ],
  ],
])("%s is found, and nothing else", async (_, changes, expected) => {
  Object.assign(answers, changes);
  expect(await faults()).toEqual(expected);
});

test("data that the caller may not read is not known, and no fault", async () => {
  answers["/mlopsstorage/data/diabetes/_manifest.json"] = 403;
  const findings = await examine(examined());
  expect(findings.filter(({ status }) => status !== "ok")).toMatchObject([
    {
      check: "data of diabetes",
      status: "unknown",
      says: expect.stringMatching(/HTTP 403.*Blob Data Reader/),
    },
  ]);
});

test("a stack that does not train needs no data", async () => {
  const { config } = examined();
  const findings = await examine(examined({ config: { ...config, trains: false } }));
  expect(findings.map(({ check }) => check).filter((check) => check.startsWith("data"))).toEqual([]);
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    "no roles",
    { "/providers/Microsoft.Authorization/roleAssignments": { value: [] } },
    /role Contributor: you have neither this role nor Owner/,
  ],
  [
    "no providers",
    { "/providers": { value: [] } },
    /resource providers: .*Microsoft\.Web are not registered/,
  ],
  [
    "no quota",
    {
      "/Microsoft.MachineLearningServices/locations/westeurope/usages": {
        value: [usage("LowPriority", 0, 4)],
      },
    },
    /quota for training: .*8 cores; 4 of 4 are free/,
  ],
  [
    "a taken name",
    {
      "/Microsoft.KeyVault/checkNameAvailability": { nameAvailable: false, message: "Taken." },
      "/resources": { value: [] },
    },
    /name of state vault: .* is taken: Taken\./,
  ],
  [
    "a subscription that is off",
    { [`/subscriptions/${subscriptionId}`]: { displayName: "Research", state: "Disabled" } },
    /subscription: .* is Disabled/,
  ],
  ["no such pipeline", { "/_apis/pipelines/7": 404 }, /Azure DevOps: contoso\/shop has no pipeline 7/],
  [
    "no such project",
    { "/_apis/projects/shop": 404 },
    /Azure DevOps: The project shop failed: .* returned HTTP 404/,
  ],
  ["no access to Azure DevOps", { "/_apis/projects/shop": 401 }, /Azure DevOps: .*HTTP 401/],
  [
    "a server error",
    { "/Microsoft.Compute/skus": 500 },
    /quotas: Reading the VM sizes failed: Azure \(.*\) returned HTTP 500/,
  ],
  ["a refusal", { "/Microsoft.Compute/skus": 403 }, /quotas: .*HTTP 403 .*Expected at least Reader/],
])("%s: it is found, and nothing else", async (_name, changes, expected) => {
  Object.assign(answers, changes);
  const found = await faults();
  expect(found.join("\n")).toMatch(expected);
  expect(new Set(found.map((fault) => fault.split(/[: ]/)[0])).size).toBe(1);
});

test("a role on one resource group does not count for the subscription", async () => {
  const { value } = healthy["/providers/Microsoft.Authorization/roleAssignments"] as {
    value: { properties: object }[];
  };
  const scope = `/subscriptions/${subscriptionId}/resourceGroups/one`;
  answers["/providers/Microsoft.Authorization/roleAssignments"] = {
    value: value.map(({ properties }) => ({ properties: { ...properties, scope } })),
  };
  expect(await faults()).toHaveLength(3);
});

test("a name that is taken by what the bootstrap made is no fault", async () => {
  answers["/Microsoft.Storage/checkNameAvailability"] = { nameAvailable: false };
  answers["/resources"] = { value: [{ id: "ours" }] };
  expect(await faults()).toEqual([]);
});

test("nobody is signed in: that is said once, and the tools are still looked at", async () => {
  const error = Object.assign(new Error("Please run 'az login'"), { name: "CredentialUnavailableError" });
  const credential = { getToken: () => Promise.reject(error) };
  const run: Examined["run"] = () => Promise.resolve({ code: 127, output: "" });
  const found = await faults({ credential, run });
  expect(found).toHaveLength(5);
  expect(found.at(-1)).toMatch(/^sign-in: Nobody is signed in/);
});

test("no subscription is chosen", async () => {
  expect(await faults({ subscriptionId: undefined })).toEqual(["subscription: no subscription is chosen"]);
});

test("of a stack with a cluster the version is asked for, those in preview or at extra cost left out", async () => {
  const onCluster = (version: string): Partial<Examined> => {
    const { config } = examined();
    return { config: { ...config, scoring: "kubernetes", kubernetesVersion: version } };
  };
  const about = async (version: string) =>
    (await faults(onCluster(version))).filter((fault) => fault.startsWith("Kubernetes"));
  expect(await about("1.36")).toEqual([]);
  expect(await about("1.34")).toEqual([
    "Kubernetes: AKS does not support 1.34 in this region; supported: 1.36, 1.35",
  ]);
  expect(await about("1.38")).toEqual([
    "Kubernetes: AKS does not support 1.38 in this region; supported: 1.36, 1.35",
  ]);
});

test.each<[string, Partial<Examined["config"]>, string, RegExp]>([
  ["without a name", {}, "ok", /^a name of Azure's, with a certificate/],
  ["with a name", { host: "score.example.com" }, "ok", /^https:\/\/score\.example\.com$/],
  [
    "closed on purpose",
    { exposure: "internal" },
    "ok",
    /only pods of its cluster.* releases have to run in one/,
  ],
  ["in a private network", { network: "private" }, "failed", /a release ends when it tests its canary/],
  ["in a private network, open", { network: "private", exposure: "external" }, "ok", /^a name of Azure's/],
])("whether releases reach a cluster %s", async (_, change, status, says) => {
  const { config } = examined();
  const found = await examine(examined({ config: { ...config, scoring: "kubernetes", ...change } }));
  const address = found.find(({ check }) => check === "address");
  expect(address).toMatchObject({ status, says: expect.stringMatching(says) });
});
