import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { regions } from "../../../../infra/config/regions";
import { containerRules } from "../../../../infra/policy/container-rules";
import { resourceRules } from "../../../../infra/policy/resource-rules";
import { stackRules } from "../../../../infra/policy/stack-rules";
import { taggedTypes, tagRules } from "../../../../infra/policy/tag-rules";
import type { Props } from "../../../../infra/policy/rule";

const rules = [...resourceRules, ...tagRules, ...containerRules];
const digest = `registry.example/score@sha256:${"a".repeat(64)}`;
const azure = (type: string) => `azure-native:${type}`;

/** What a rule says of a resource; nothing as well when it is not about such resources. */
function verdict(name: string, type: string, props: Props): string | undefined {
  const rule = rules.find((candidate) => candidate.name === name);
  if (rule === undefined) throw new Error(`There is no rule ${name}.`);
  if (rule.types !== undefined && !rule.types.includes(type)) return undefined;
  return rule.violation(props, type, { regions });
}

const account = azure("storage:StorageAccount");
const container = azure("storage:BlobContainer");
const template = azure("resources:Deployment");
const registry = azure("containerregistry:Registry");
const vault = azure("keyvault:Vault");
const cluster = azure("containerservice:ManagedCluster");
const compute = azure("machinelearningservices:Compute");
const endpoint = azure("machinelearningservices:BatchEndpoint");
const group = azure("containerinstance:ContainerGroup");
const webApp = azure("web:WebApp");
const signIn = azure("web:WebAppAuthSettingsV2");
const environment = azure("machinelearningservices:EnvironmentVersion");
const deployment = "kubernetes:apps/v1:Deployment";
const cronJob = "kubernetes:batch/v1:CronJob";

const nodes = (minNodeCount: number) => ({ properties: { properties: { scaleSettings: { minNodeCount } } } });
const containers = (...list: Props[]) => ({ containers: list });
const pod = (...list: Props[]) => ({ spec: { template: { spec: containers(...list) } } });
const withVariable = (name: string, value?: string, key = "environmentVariables") => ({
  name: "score",
  image: digest,
  [key]: [{ name, ...(value !== undefined && { value }) }],
});
/** A template that makes subscriptions of events with these destinations. */
const subscriptions = (...destinations: Props[]) => {
  const type = "Microsoft.EventGrid/systemTopics/eventSubscriptions";
  const resources = destinations.map((destination) => ({ type, properties: { destination } }));
  return { properties: { template: { resources } } };
};
const webhook = (minimumTlsVersionAllowed?: string) => ({
  endpointType: "WebHook",
  properties: { ...(minimumTlsVersionAllowed !== undefined && { minimumTlsVersionAllowed }) },
});
const tags = { environment: "qa", owner: "team-risk", costCentre: "4711" };

test.each<[rule: string, type: string, props: Props]>([
  ["no-public-blobs", account, { allowBlobPublicAccess: false }],
  ["no-public-blobs", container, {}],
  ["no-public-blobs", container, { publicAccess: "None" }],
  ["no-public-blobs", vault, {}],
  ["tls-1-2", account, { minimumTlsVersion: "TLS1_2" }],
  ["tls-1-2", account, { minimumTlsVersion: "TLS1_3", enableHttpsTrafficOnly: true }],
  ["tls-1-2", template, subscriptions({ endpointType: "StorageQueue" })],
  ["tls-1-2", template, subscriptions(webhook("1.2"), webhook("1.3"))],
  ["tls-1-2", template, { properties: { template: { resources: [{ type: "Microsoft.Logic/workflows" }] } } }],
  ["tls-1-2", webApp, { httpsOnly: true, siteConfig: { minTlsVersion: "1.2" } }],
  ["no-local-auth", signIn, { globalValidation: { requireAuthentication: true } }],
  ["no-local-auth", azure("web:WebAppScmAllowed"), { allow: false }],
  ["pinned-images", webApp, { siteConfig: { linuxFxVersion: `DOCKER|${digest}` } }],
  ["no-plain-secrets", webApp, { siteConfig: { appSettings: [{ name: "MLOPS_TARGET", value: "azure" }] } }],
  ["no-shared-keys", account, { allowSharedKeyAccess: false }],
  ["no-admin-users", registry, { adminUserEnabled: false }],
  ["no-admin-users", registry, {}],
  ["no-local-auth", vault, { properties: { enableRbacAuthorization: true } }],
  ["no-local-auth", cluster, { disableLocalAccounts: true }],
  ["no-local-auth", compute, { properties: { disableLocalAuth: true } }],
  ["no-local-auth", endpoint, { properties: { authMode: "AADToken" } }],
  ["min-nodes-0", compute, nodes(0)],
  ["min-nodes-0", compute, { properties: { computeType: "Kubernetes" } }],
  ["allowed-regions", account, { location: "westeurope" }],
  ["allowed-regions", account, { location: "West Europe" }],
  ["allowed-regions", azure("monitor:MetricAlert"), { location: "global" }],
  ["allowed-regions", account, {}],
  ["allowed-regions", "kubernetes:core/v1:Node", { location: "here" }],
  ["tags", account, { tags }],
  ["tags", container, {}],
  ["pinned-images", group, containers({ name: "score", image: digest })],
  ["pinned-images", environment, { properties: { image: digest } }],
  ["pinned-images", deployment, pod({ name: "score", image: digest })],
  ["pinned-images", deployment, { spec: {} }],
  ["no-plain-secrets", group, containers(withVariable("MLOPS_KEY_VAULT", "https://vault.example"))],
  ["no-plain-secrets", group, containers(withVariable("MLOPS_TLS_KEY", "/tls/key.pem"))],
  ["no-plain-secrets", group, containers({ ...withVariable("MLOPS_PRIMARY_KEY"), secureValue: "x" })],
  ["no-plain-secrets", deployment, pod(withVariable("MLOPS_PRIMARY_KEY", undefined, "env"))],
  [
    "no-plain-secrets",
    deployment,
    pod(withVariable("APPLICATIONINSIGHTS_CONNECTION_STRING", "InstrumentationKey=1", "env")),
  ],
])("%s lets %s %j pass", (rule, type, props) => {
  expect(verdict(rule, type, props)).toBeUndefined();
});

test.each<[rule: string, type: string, props: Props, message: string]>([
  ["no-public-blobs", account, {}, "Set allowBlobPublicAccess to false."],
  ["no-public-blobs", account, { allowBlobPublicAccess: true }, "Set allowBlobPublicAccess to false."],
  ["no-public-blobs", container, { publicAccess: "Blob" }, 'publicAccess is "Blob"'],
  ["tls-1-2", account, {}, 'Set minimumTlsVersion to "TLS1_2".'],
  ["tls-1-2", account, { minimumTlsVersion: "TLS1_1" }, 'Set minimumTlsVersion to "TLS1_2".'],
  ["tls-1-2", account, { minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: false }, "accepts HTTP"],
  ["tls-1-2", template, subscriptions(webhook("1.2"), webhook()), "minimumTlsVersionAllowed"],
  ["tls-1-2", template, subscriptions(webhook("1.0")), "minimumTlsVersionAllowed"],
  ["tls-1-2", webApp, {}, "accepts HTTP"],
  ["tls-1-2", webApp, { httpsOnly: true, siteConfig: { minTlsVersion: "1.0" } }, 'minTlsVersion to "1.2"'],
  ["no-local-auth", signIn, {}, "lets in whoever comes"],
  ["no-local-auth", azure("web:WebAppFtpAllowed"), { allow: true }, "Set allow to false"],
  ["pinned-images", webApp, { siteConfig: { linuxFxVersion: "DOCKER|r/dashboard:1" } }, "Pin the image"],
  [
    "no-plain-secrets",
    webApp,
    { siteConfig: { appSettings: [{ name: "CLIENT_SECRET", value: "x" }] } },
    "CLIENT_SECRET of image",
  ],
  ["no-shared-keys", account, {}, "Set allowSharedKeyAccess to false"],
  ["no-shared-keys", account, { allowSharedKeyAccess: true }, "Set allowSharedKeyAccess to false"],
  ["no-admin-users", registry, { adminUserEnabled: true }, "Set adminUserEnabled to false"],
  ["no-admin-users", registry, { anonymousPullEnabled: true }, "Set anonymousPullEnabled to false"],
  ["no-local-auth", vault, { properties: {} }, "Set enableRbacAuthorization to true"],
  ["no-local-auth", cluster, {}, "Set disableLocalAccounts to true"],
  ["no-local-auth", compute, { properties: { disableLocalAuth: false } }, "Set disableLocalAuth to true"],
  [
    "no-local-auth",
    endpoint,
    { properties: { authMode: "Key" } },
    '(authMode "Key"). Set authMode to "AADToken"',
  ],
  ["no-local-auth", endpoint, {}, "(authMode not set)"],
  [
    "min-nodes-0",
    compute,
    nodes(1),
    "keeps 1 nodes, which cost money while idle. Set mlops:computeMinNodes to 0",
  ],
  [
    "allowed-regions",
    account,
    { location: "westeurope2" },
    'The region is "westeurope2". Allowed: australiaeast',
  ],
  ["tags", account, {}, "Tags are missing: environment, owner, costCentre."],
  ["tags", account, { tags: { ...tags, owner: "" } }, "Tags are missing: owner."],
  ["pinned-images", group, containers({ name: "score", image: "score:1" }), 'score ("score:1")'],
  ["pinned-images", group, { initContainers: [{ name: "first", image: "busybox" }] }, 'first ("busybox")'],
  ["pinned-images", environment, { properties: { image: "training:latest" } }, 'image ("training:latest")'],
  ["pinned-images", deployment, pod({ name: "score", image: `${digest}0` }), "score"],
  [
    "pinned-images",
    cronJob,
    { spec: { jobTemplate: { spec: pod({ name: "job", image: "a:1" }).spec } } },
    "job",
  ],
  ["pinned-images", "kubernetes:core/v1:Pod", { spec: containers({ name: "one", image: "a" }) }, "one"],
  [
    "no-plain-secrets",
    group,
    containers(withVariable("MLOPS_PRIMARY_KEY", "abc")),
    "MLOPS_PRIMARY_KEY of score",
  ],
  ["no-plain-secrets", deployment, pod(withVariable("DB_PASSWORD", "abc", "env")), "DB_PASSWORD of score"],
  ["no-plain-secrets", deployment, pod(withVariable("STORE", "A=b;AccountKey=c", "env")), "STORE of score"],
  ["no-plain-secrets", group, containers(withVariable("BLOB", "https://a/b?sv=1&sig=abc")), "BLOB of score"],
])("%s refuses %s %j", (rule, type, props, message) => {
  const said = verdict(rule, type, props);
  expect(said).toContain(message);
  // Style of every message: what is wrong, then what to do.
  expect(said).toMatch(/\. [A-Z].*\.$/s);
});

describe("rules about a stack", () => {
  const resource = (type: string, name: string, madeOf = {}) => ({ urn: `urn:${name}`, type, name, madeOf });
  const rule = (name: string) => stackRules.find((candidate) => candidate.name === name);
  const resourceGroup = resource(azure("resources:ResourceGroup"), "group");

  test("a resource group needs a budget", () => {
    const budget = resource(azure("consumption:Budget"), "budget");
    expect(rule("budget")?.violations([resourceGroup])).toEqual([
      { message: expect.stringContaining("Add a Budget") as string },
    ]);
    expect(rule("budget")?.violations([resourceGroup, budget])).toEqual([]);
    expect(rule("budget")?.violations([])).toEqual([]);
  });

  test("key resources need a diagnostic setting of their own", () => {
    const setting = (of: string) =>
      resource(azure("monitor:DiagnosticSetting"), `diagnostics-${of}`, { resourceUri: [`urn:${of}`] });
    const both = [resource(vault, "vault"), resource(account, "storage"), resourceGroup];
    expect(rule("diagnostics")?.violations([...both, setting("vault"), setting("storage")])).toEqual([]);
    expect(rule("diagnostics")?.violations([...both, setting("vault")])).toEqual([
      { urn: "urn:storage", message: expect.stringContaining("logs of storage") as string },
    ]);
  });
});

test("each rule has its own name and says itself in a sentence", () => {
  const all = [...rules, ...stackRules];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { description } of all) expect(description).toMatch(/^[A-Z].*[^.]$/);
});

/** Types of azure-native that the components make, by reading them: `new storage.BlobContainer(`. */
function typesInUse(): Set<string> {
  const folder = path.join(__dirname, "..", "..", "..", "..", "infra", "components");
  const found = new Set<string>();
  for (const file of readdirSync(folder, { encoding: "utf8", recursive: true }).filter((name) =>
    name.endsWith(".ts"),
  )) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const modules = new Map(
      [...text.matchAll(/import \* as (\w+) from "@pulumi\/azure-native\/(\w+)"/g)].map(([, as, name]) => [
        as,
        name,
      ]),
    );
    for (const [, as, type] of text.matchAll(/new (\w+)\.(\w+)\(/g)) {
      const name = modules.get(as);
      if (name !== undefined) found.add(`${name}:${type}`);
    }
  }
  return found;
}

test("the types that take tags are those of the SDK, of all that the components make", () => {
  const used = [...typesInUse()];
  expect(used.length).toBeGreaterThan(10);
  const taking = used.filter((type) => {
    const [name = "", kind = ""] = type.split(":");
    const file = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}.d.ts`;
    const declared = readFileSync(
      path.join(path.dirname(require.resolve("@pulumi/azure-native/package.json")), name, file),
      "utf8",
    );
    const args = declared.slice(declared.indexOf(`interface ${kind}Args`));
    // A map from name to value: some take tags of another form, which are no tags of the resource.
    return /\btags\?: pulumi\.Input<\{\s*\[key: string\]: pulumi\.Input<string>;/.test(args);
  });
  expect(taking.map(azure).filter((type) => !taggedTypes.has(type))).toEqual([]);
  const untaking = used
    .map(azure)
    .filter((type) => taggedTypes.has(type) && !taking.map(azure).includes(type));
  expect(untaking).toEqual([]);
});
