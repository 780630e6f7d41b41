import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describeEngine, EngineStack, imageOf, type StateResource } from "./engine";
import { uncheckedTypes } from "./schemas";
import { translatingPlugins } from "./translated-plugin";

jest.setTimeout(600_000);

const ofType = (resources: readonly StateResource[], type: string): StateResource[] =>
  resources.filter((resource) => resource.type === `azure-native:${type}`);

const [application, group] = [1, 2].map((last) => `00000000-0000-4000-8000-00000000000${last}`) as [
  string,
  string,
];

/** Each switch of a stack, by itself, as a preview: Azure's own schemas judge every resource. */
const switches: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a private network": { "mlops:network": "private" },
  "a GPU cluster": { "mlops:gpuVmSize": "Standard_NC6s_v3" },
  "customer-managed keys": { "mlops:customerManagedKeys": "true", "mlops:cosmosDbPrincipal": application },
  "low priority": { "mlops:computePriority": "low" },
  "dedicated nodes": { "mlops:computePriority": "dedicated" },
  "no compute": { "mlops:compute": "false" },
  "no schedule": { "mlops:scheduleEnabled": "false" },
  "tokens for callers": { "mlops:scoringAudience": "api://mlops" },
  "a cluster of Azure Databricks": {
    "mlops:sparkAddress": "https://adb-1.2.azuredatabricks.net/sql/1.0/warehouses/1",
    "mlops:sparkData": "abfss://data@account.dfs.core.windows.net/diabetes",
  },
  "a Spark pool of Azure Synapse": {
    "mlops:synapsePool": `/subscriptions/${application}/resourceGroups/analytics/providers/Microsoft.Synapse/workspaces/lake/bigDataPools/wide`,
  },
  "a release pipeline": { "mlops:devOpsProject": "contoso/mlops", "mlops:releasePipelineId": "7" },
};

describeEngine("the switches of a stack", () => {
  let stack: EngineStack;
  let translated: Awaited<ReturnType<typeof translatingPlugins>>;
  let plugins: Record<string, string>;

  beforeAll(async () => {
    stack = await EngineStack.create("e-switch", "qa");
    translated = await translatingPlugins();
    plugins = { PATH: [translated.bin, stack.env().PATH].join(path.delimiter) };
  });

  afterAll(async () => {
    await stack.remove();
    await rm(translated.folder, { recursive: true });
  });

  test.each(Object.entries(switches))(
    "%s passes Azure's schemas in a preview of qa",
    async (_name, values) => {
      await stack.setConfig(values);
      // Registrations of the first environment alone start releases.
      const environments = path.join(stack.folder, "environments.yml");
      await writeFile(
        environments,
        `variables: { testEnvironments: ${stack.name}, productionEnvironment: live }\n`,
      );
      try {
        await stack.succeed("preview", { MLOPS_ENVIRONMENTS: environments });
      } finally {
        for (const key of Object.keys(values)) await stack.unsetConfig(key);
      }
    },
  );

  test("private, with keys of one's own and a GPU: made at once, and compute removed again alone", async () => {
    await stack.setConfig({
      ...switches["a private network"],
      ...switches["a GPU cluster"],
      ...switches["customer-managed keys"],
    });
    await stack.up(plugins);
    await stack.succeed("preview", "--expect-no-changes", plugins);
    const resources = await stack.resources();
    expect(await uncheckedTypes(resources)).toEqual([]);
    expect(ofType(resources, "machinelearningservices:Compute")).toHaveLength(2);
    expect(ofType(resources, "network:PrivateEndpoint").length).toBeGreaterThan(3);
    const [account] = ofType(resources, "storage:StorageAccount");
    expect(account?.inputs.encryption).toMatchObject({ keySource: "Microsoft.Keyvault" });
    expect(ofType(resources, "keyvault:Key")).toHaveLength(1);

    await stack.setConfig({ "mlops:compute": "false" });
    await stack.takeOperations();
    await stack.up(plugins);
    const deleted = (await stack.takeOperations()).filter(({ op }) => op === "delete");
    expect(ofType(await stack.resources(), "machinelearningservices:Compute")).toEqual([]);
    expect(deleted.map(({ type }) => type)).toContain("azure-native:machinelearningservices:Compute");
    const kept = [
      "StorageAccount",
      "Vault",
      "Registry",
      "machinelearningservices:Workspace",
      "BlobContainer",
    ];
    expect(deleted.filter(({ type }) => kept.some((end) => type.endsWith(`:${end}`)))).toEqual([]);
  });
});

/** Web apps are in the first environment alone, so that the stack is called as it is. */
describeEngine("the web apps of a stack", () => {
  const both: Readonly<Record<string, string>> = {
    ...{ "mlops:dashboard": "act", "mlops:dashboardApplication": application, "mlops:operators": group },
    ...{ "mlops:page": "sign-in", "mlops:pageApplication": application, "mlops:pageGroups": group },
    "mlops:dashboardImage": imageOf("dashboard"),
  };
  let stack: EngineStack;
  let translated: Awaited<ReturnType<typeof translatingPlugins>>;
  let plugins: Record<string, string>;

  beforeAll(async () => {
    stack = await EngineStack.create("qa", "qa");
    translated = await translatingPlugins();
    plugins = { PATH: [translated.bin, stack.env().PATH].join(path.delimiter) };
  });

  afterAll(async () => {
    await stack.remove();
    await rm(translated.folder, { recursive: true });
  });

  test("the dashboard and a page: made, changed to a page for everybody, and taken away again", async () => {
    await stack.setConfig(both);
    await stack.up(plugins);
    await stack.succeed("preview", "--expect-no-changes", plugins);
    const made = await stack.resources();
    expect(await uncheckedTypes(made)).toEqual([]);
    expect(ofType(made, "web:WebApp")).toHaveLength(2);
    expect(ofType(made, "web:AppServicePlan")).toHaveLength(1);

    await stack.setConfig({ "mlops:page": "public" });
    await stack.unsetConfig("mlops:pageGroups");
    await stack.takeOperations();
    await stack.up(plugins);
    const changed = (await stack.takeOperations()).filter(({ op }) => op !== "same");
    expect(changed.filter(({ op }) => /delete|replace/.test(op))).toEqual([]);
    expect(changed.map(({ type }) => type)).toContain("azure-native:web:WebAppAuthSettingsV2");

    for (const key of Object.keys(both)) if (key !== "mlops:pageGroups") await stack.unsetConfig(key);
    await stack.up(plugins);
    const left = await stack.resources();
    expect(left.filter(({ type }) => type.startsWith("azure-native:web:"))).toEqual([]);
  });
});
const open = { "mlops:exposure": "external" };
const own = { "mlops:host": "score.example.com", "mlops:certificate": "scoring" };
const zone =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/names/providers/Microsoft.Network/dnsZones/example.com";

describeEngine("the switches of a cluster", () => {
  let stack: EngineStack;

  beforeAll(async () => {
    stack = await EngineStack.create("e-switchk", "prod");
  });

  afterAll(() => stack.remove());

  test.each(
    Object.entries({
      ...switches,
      "a GPU pool": { "mlops:scoringGpuVmSize": "Standard_NC6s_v3" },
      "an open gateway": open,
      "a host name": { ...open, ...own },
      "a host name in a zone of Azure's": { ...open, ...own, "mlops:dnsZone": zone },
    }).filter(([name]) =>
      /a private network|a GPU pool|customer-managed keys|gateway|a host name/.test(name),
    ),
  )("%s passes Azure's schemas in a preview of prod", async (_name, values) => {
    await stack.setConfig(values);
    try {
      await stack.succeed("preview");
    } finally {
      for (const key of Object.keys(values)) await stack.unsetConfig(key);
      await stack.setConfig({ "mlops:exposure": "internal" });
    }
  });
});

describeEngine("configuration that cannot be", () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      "faults are listed together",
      { "mlops:computeMinNodes": "5", "mlops:zones": "9" },
      /computeMinNodes[\s\S]*zones|zones[\s\S]*computeMinNodes/,
    ],
    ["a release among them", { "mlops:release": '{"canaryPercent":0}' }, /mlops:release is not a setting/],
  ])("%s, before anything is made", async (_name, values, message) => {
    const stack = await EngineStack.create("e-bad", "qa", values);
    try {
      const { code, output } = await stack.pulumi("preview");
      expect(code).not.toBe(0);
      expect(output).toMatch(message);
      expect(output).not.toMatch(/\n\s+at .+\.ts:\d+/);
    } finally {
      await stack.remove();
    }
  });
});
