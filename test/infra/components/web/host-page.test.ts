import { requirePublishedModel } from "../../../../infra/components/web/host-page";
import type { StackConfig } from "../../../../infra/config/stack-config";
import { readSettings } from "../../../../platform/settings/settings";
import { ofType, type Registered } from "../../mocks";
import { runEnvironment, type ProgramRun } from "../../programs";

const application = "00000000-0000-4000-8000-00000000000b";
const group = "00000000-0000-4000-8000-00000000000a";
const settings = {
  "mlops:page": "sign-in",
  "mlops:pageApplication": application,
  "mlops:dashboardImage": `registry.example/mlops-dashboard@sha256:${"a".repeat(64)}`,
};

/** Roles of the page's identity, as `line principal scope`. */
const rolesOf = ({ resources }: ProgramRun): string[] =>
  ofType(resources, "authorization:RoleAssignment").flatMap(({ name, inputs }) =>
    /-(page|askers)-/.test(name) ? [`${name} ${inputs.principalId} ${inputs.scope}`] : [],
  );
const appOf = ({ resources }: { readonly resources: readonly Registered[] }) =>
  ofType(resources, "web:WebApp").find(({ name }) => name === "page")?.inputs;
const settingsOf = (run: ProgramRun): Readonly<Record<string, string>> => {
  const { appSettings } = appOf(run)?.siteConfig as { appSettings: { name: string; value: string }[] };
  return Object.fromEntries(appSettings.map(({ name, value }) => [name, value]));
};

describe("the page of a stack's model", () => {
  let run: ProgramRun;
  beforeAll(async () => {
    run = await runEnvironment("qa", settings);
  });

  test("is a web app behind a sign-in, with its address among the outputs", () => {
    expect(appOf(run)?.siteConfig).toMatchObject({
      appCommandLine: "page --hosted --model diabetes --max-file-mb 20 --port 8800",
    });
    const [signIn] = ofType(run.resources, "web:WebAppAuthSettingsV2");
    expect(signIn?.inputs).toMatchObject({
      platform: { enabled: true },
      globalValidation: { requireAuthentication: true },
      identityProviders: { azureActiveDirectory: { registration: { clientId: application } } },
    });
    expect(run.outputs).toMatchObject({
      page: { url: expect.stringMatching(/^https:/) as string, principalId: "mlops-page-principal" },
    });
    expect(run.outputs).not.toHaveProperty("dashboard");
  });

  test("knows where versions are and what is released, and no more of its stack", () => {
    const given = settingsOf(run);
    const own = Object.entries(given).filter(([name]) => name.startsWith("MLOPS_"));
    expect(readSettings("cli", Object.fromEntries(own))).toMatchObject({ target: "azure" });
    const { MLOPS_REGISTRY, MLOPS_HISTORY } = run.outputs.environment.cli as Record<string, string>;
    expect(JSON.parse(given.MLOPS_STACK_OUTPUTS ?? "")).toEqual({
      qa: { environment: { cli: { MLOPS_REGISTRY, MLOPS_HISTORY } } },
    });
  });

  test("reads versions and what is released, and nothing of predictions, telemetry, the vault or the audit trail", () => {
    expect(rolesOf(run).map((role) => role.split(" ")[0])).toEqual([
      "access-page-storage-blob-data-reader-storage",
      "access-page-storage-blob-data-reader-history-container",
      "late-access-page-reader-workspace",
    ]);
  });

  test.each<[string, Record<string, string>, string[]]>([
    ["keys", {}, ["certificates/scoring-certificate", "secrets/scoring-primary-key"]],
    ["tokens", { "mlops:scoringAudience": "api://mlops" }, ["certificates/scoring-certificate"]],
    [
      "a name of its own",
      { "mlops:host": "score.example.com", "mlops:certificate": "scoring" },
      ["secrets/scoring-primary-key"],
    ],
    [
      "containers",
      { "mlops:scoring": "containers" },
      ["certificates/scoring-certificate", "secrets/scoring-primary-key"],
    ],
  ])(
    "may, in a production with %s, read of the vault what a caller needs alone",
    async (_name, change, secrets) => {
      const principal = "00000000-0000-4000-8000-00000000000c";
      const roles = rolesOf(await runEnvironment("prod", { ...change, "mlops:pagePrincipal": principal }));
      expect(roles.toSorted()).toEqual(
        secrets.map((secret) => expect.stringMatching(` ${principal} .*/${secret}$`) as string),
      );
    },
  );
});

test("groups are let in where some are named", async () => {
  const { resources } = await runEnvironment("qa", { ...settings, "mlops:pageGroups": group });
  const text = JSON.stringify(ofType(resources, "web:WebAppAuthSettingsV2")[0]?.inputs);
  expect(text).toContain(`"allowedPrincipals":{"groups":["${group}"]}`);
});

test("open to the public, it asks for no sign-in, and its program is told so", async () => {
  const run = await runEnvironment("qa", {
    ...settings,
    "mlops:page": "public",
    "mlops:pageMaxFileMb": "5",
  });
  expect(appOf(run)?.siteConfig).toMatchObject({
    appCommandLine: "page --hosted --public --model diabetes --max-file-mb 5 --port 8800",
  });
  expect(ofType(run.resources, "web:WebAppAuthSettingsV2")[0]?.inputs).toMatchObject({
    platform: { enabled: false },
  });
});

test("beside the dashboard it runs in the same plan, from the same image, as somebody else", async () => {
  const { resources, outputs } = await runEnvironment("qa", {
    ...settings,
    ...{ "mlops:dashboard": "show", "mlops:dashboardApplication": application, "mlops:operators": group },
  });
  expect(ofType(resources, "web:AppServicePlan")).toHaveLength(1);
  const apps = ofType(resources, "web:WebApp").map(({ inputs }) => inputs);
  expect(apps).toHaveLength(2);
  expect(new Set(apps.map(({ serverFarmId }) => serverFarmId as string)).size).toBe(1);
  expect(new Set(apps.map(({ siteConfig }) => siteConfig.linuxFxVersion as string)).size).toBe(1);
  const { page, dashboard } = outputs as Record<string, { principalId: string }>;
  expect(page?.principalId).not.toBe(dashboard?.principalId);
});

test.each([
  [{ "mlops:pageApplication": "" }, /no application signs people in/],
  [
    { "mlops:page": "public", "mlops:pageGroups": group },
    /lets everybody ask, and mlops:pageGroups names who may/,
  ],
  [{ "mlops:network": "private" }, /would reach nothing/],
  [{ "mlops:page": "true" }, /mlops:page/],
  [{ "mlops:pageMaxFileMb": "101" }, /mlops:pageMaxFileMb/],
])("%j is refused", async (change, message) => {
  await expect(runEnvironment("qa", { ...settings, ...change })).rejects.toThrow(message);
});

test("a page is where the versions are", async () => {
  await expect(runEnvironment("prod", settings)).rejects.toThrow(
    /mlops:page is sign-in in stack prod, and the page asks production from the first one, qa/,
  );
});

test("a model has no page that whoever owns it has not published", async () => {
  const config = { environment: "qa", page: "public", model: "titanic" } as StackConfig;
  await requirePublishedModel({ ...config, model: "diabetes" });
  await requirePublishedModel({ ...config, page: "off" });
  await expect(requirePublishedModel(config)).rejects.toThrow(
    /the definition of titanic publishes no page. Expected `page: true` in .*model\.ts/,
  );
});
