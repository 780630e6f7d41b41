import { ofType } from "./mocks";
import { releases, runEnvironment, runServing, type ProgramRun } from "./programs";

const both = { qa: undefined, prod: undefined } as unknown as Record<"qa" | "prod", ProgramRun>;
beforeAll(async () => {
  both.qa = await runEnvironment("qa");
  both.prod = await runEnvironment("prod");
});

const placesOf = ({ drawn }: ProgramRun): string[] => drawn.map(({ urn }) => urn.split("::")[2] ?? "");

describe.each(["qa", "prod"] as const)("the stack %s", (name) => {
  test("has every resource in a component", () => {
    const places = placesOf(both[name]);
    const orphans = places.filter(
      (place) => !place.startsWith("mlops:infra:") && !place.startsWith("pulumi:"),
    );
    // The reference to the last update's outputs is Pulumi's own.
    expect(orphans).toEqual([]);
    expect(places.length).toBeGreaterThan(80);
  });

  test("keeps no node while nothing trains", () => {
    const clusters = ofType(both[name].resources, "Compute");
    expect(clusters).not.toEqual([]);
    for (const { inputs } of clusters)
      expect(inputs.properties.properties.scaleSettings.minNodeCount).toBe(0);
  });

  test("has its tags on all that take tags", () => {
    const tagged = both[name].resources.filter(({ inputs }) => "tags" in inputs);
    expect(tagged.length).toBeGreaterThan(15);
    for (const { inputs } of tagged) {
      expect(inputs.tags).toMatchObject({
        environment: name,
        owner: "team-risk",
        costCentre: "4711",
        model: "diabetes",
      });
    }
  });

  test("has no admin user, no shared key, no public blob and no local account", () => {
    const { resources } = both[name];
    const registries = ofType(resources, "containerregistry:Registry").map(({ inputs }) => inputs);
    expect(registries).toEqual([expect.objectContaining({ adminUserEnabled: false })]);
    const accounts = ofType(resources, "StorageAccount").map(({ inputs }) => inputs);
    expect(accounts).toEqual([
      expect.objectContaining({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: "TLS1_2",
      }),
    ]);
    for (const { inputs } of ofType(resources, "ManagedCluster"))
      expect(inputs.disableLocalAccounts).toBe(true);
  });

  test("names every image by its digest", () => {
    const text = JSON.stringify(both[name].resources.map(({ inputs }) => inputs));
    const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
    expect(images.length).toBeGreaterThan(0);
    expect(images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image ?? ""))).toEqual([]);
  });

  test("says in its outputs what pipelines and people need, and no secret", () => {
    const { outputs } = both[name];
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        "resourceGroup",
        "workspace",
        "registry",
        "vault",
        "retraining",
        "images",
        "environment",
        "serving",
      ]),
    );
    expect(outputs.environment.scoring).toMatchObject({ MLOPS_ENVIRONMENT: name, MLOPS_AUTH: "keys" });
    if (name === "qa") expect(outputs.scoringKeys.certificate).toEqual({ names: ["qa.scoring.internal"] });
    expect(outputs.retraining).toMatchObject({
      name: "retraining-endpoint",
      url: expect.stringMatching(/^https:/),
      deployment: expect.stringMatching(/^retrain-/),
    });
    expect(outputs.registryId).toMatch(/:Registry\/mlopsregistry$/);
    expect(outputs.pipelines).toMatchObject({
      [name === "qa" ? "mlops-pr" : "mlops-preview"]: { serviceConnections: [`mlops-${name}-preview`] },
      "mlops-release": {
        serviceConnections: [`mlops-${name}-release`],
        environments: [`mlops-${name}`],
        variables: {
          STACK: name,
          MLOPS_DEFAULT_MODEL: "diabetes",
          MLOPS_REGISTRY: outputs.environment.cli.MLOPS_REGISTRY,
        },
      },
      "mlops-infra": { environments: ["mlops-infra"] },
    });
    const { APPLICATIONINSIGHTS_CONNECTION_STRING: address, ...settings } = outputs.serving.settings;
    // It opens nothing: the component takes what identities with a role send, and no keys.
    expect(address).toMatch(/InstrumentationKey/);
    expect(ofType(both[name].resources, "applicationinsights:Component")[0]?.inputs).toMatchObject({
      disableLocalAuth: true,
    });
    const serving = { ...outputs.serving, settings };
    expect(JSON.stringify({ ...outputs, serving })).not.toMatch(/InstrumentationKey|sig=|0123456789abcdef/);
  });

  test("has no address with a signature in its state, as a secret either", () => {
    expect(JSON.stringify(both[name].drawn)).not.toMatch(/sig=/);
  });

  test("has nothing that serves: no release reaches it, and it reaches no release", () => {
    const types = both[name].resources.map(({ type }) => type);
    expect(
      types.filter((type) => /^(kubernetes:|pulumi:providers:kubernetes)|:ContainerGroup$/.test(type)),
    ).toEqual([]);
    expect(both[name].outputs).not.toHaveProperty("release");
  });
});

test.each([["qa"], ["prod"]] as const)(
  "a stack %s that an earlier version left while it served is not updated: that would delete what serves",
  async (name) => {
    await expect(runEnvironment(name, {}, { release: releases[name] })).rejects.toThrow(
      /serves diabetes:1.* itself.*maintain-an-environment\.md#split-a-stack-of-an-earlier-version/s,
    );
    // One in which nothing served yet is.
    const { outputs } = await runEnvironment(name, {}, { release: { canaryPercent: 0 } });
    expect(outputs.serving.environment).toBe(name);
  },
);

test("the evening stops the container group that the stack of what serves makes", async () => {
  const release = JSON.stringify(releases.qa);
  const { resources } = await runServing("qa", { environment: both.qa.outputs, release });
  const [group] = ofType(resources, "ContainerGroup");
  const stop = ofType(both.qa.resources, "logic:Workflow").find(({ name }) => name === "auto-stop");
  expect(JSON.stringify(stop?.inputs)).toContain(
    `/providers/Microsoft.ContainerInstance/containerGroups/${group?.inputs.containerGroupName}/stop`,
  );
});

test("what differs between the stacks is where the model serves, and nothing else of the kinds of resources", () => {
  const kinds = ({ resources }: ProgramRun) => new Set(resources.map(({ type }) => type));
  const [inQa, inProd] = [kinds(both.qa), kinds(both.prod)];
  // Training is started in one place.
  const starts = [
    "azure-native:eventgrid:SystemTopic",
    "azure-native:logic:Workflow",
    "azure-native:resources:Deployment",
    "mlops:infra:Triggers",
  ];
  expect([...inQa].filter((type) => !inProd.has(type) && !starts.includes(type)).sort()).toEqual([
    "mlops:infra:AutoStop",
  ]);
  expect([...inProd].filter((type) => !inQa.has(type) && type.startsWith("azure-native:")).sort()).toEqual([
    "azure-native:containerservice:AgentPool",
    "azure-native:containerservice:DeploymentSafeguard",
    "azure-native:containerservice:MaintenanceConfiguration",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:managedidentity:FederatedIdentityCredential",
    "azure-native:monitor:DataCollectionRuleAssociation",
    "azure-native:network:PublicIPAddress",
    // The rule of what the cluster sends to Log Analytics.
    "azure-native:resources:Resource",
  ]);
});

test("training is started by one stack, its schedule and new data, unless another is told to", async () => {
  const starters = ({ resources }: ProgramRun) =>
    resources.flatMap(({ type, inputs }) => {
      if (type.endsWith(":SystemTopic")) return [inputs.topicType as string];
      return type.endsWith(":Schedule") && inputs.properties.isEnabled === true ? ["schedule"] : [];
    });
  expect(starters(both.qa).sort()).toEqual(["Microsoft.Storage.StorageAccounts", "schedule"]);
  expect(starters(both.prod)).toEqual([]);
  const told = await runEnvironment("prod", { "mlops:trains": "true" });
  expect(starters(told).sort()).toEqual(starters(both.qa).sort());
});

test("a stack of another name is like any other: only its name differs", async () => {
  const name = "live";
  const { resources, outputs } = await runEnvironment(name, { "mlops:trains": "true" });
  expect(resources.map(({ type }) => type).sort()).toEqual(both.qa.resources.map(({ type }) => type).sort());
  for (const { inputs } of resources.filter((each) => "tags" in each.inputs))
    expect(inputs.tags).toMatchObject({ environment: name });
  expect(outputs.environment.scoring).toMatchObject({ MLOPS_ENVIRONMENT: name });
  expect(outputs.pipelines).toMatchObject({
    "mlops-release": {
      serviceConnections: [`mlops-${name}-release`],
      environments: [`mlops-${name}`],
      variables: { STACK: name },
    },
  });
});

test("a budget counts the nodes of a cluster, which Azure bills in a group of their own", () => {
  const [inQa, inProd] = [both.qa, both.prod].map(
    ({ resources }) => ofType(resources, "consumption:Budget")[0]?.inputs,
  );
  expect(inQa).not.toHaveProperty("filter");
  expect(inProd?.filter.dimensions.values).toEqual(["mlops", "MC_mlops_scoring-cluster_westeurope"]);
});

test("without compute there are no clusters, and the pipeline that needs them stays", async () => {
  const { resources } = await runEnvironment("qa", { "mlops:compute": "false" });
  expect(ofType(resources, "Compute")).toEqual([]);
  expect(ofType(resources, "BatchDeployment")).toHaveLength(1);
});

test("callers have Entra tokens and there are no keys when an audience is given", async () => {
  const { outputs } = await runEnvironment("qa", { "mlops:scoringAudience": "api://scoring" });
  expect(outputs.scoringKeys.generations).toEqual({ "scoring-test-key": "1" });
  expect(outputs.environment.scoring).toMatchObject({
    MLOPS_AUTH: "entra",
    MLOPS_ENTRA_AUDIENCE: "api://scoring",
  });
});
