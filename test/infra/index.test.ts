import * as pulumi from "@pulumi/pulumi";
import { ofType, registered, type Registered } from "./mocks";
import { prod, qa } from "./stacks";

const pinned = (repository: string): string => `registry.example/${repository}@sha256:${"a".repeat(64)}`;
const serving = (version: number) => ({ model: `diabetes:${version}`, image: pinned("mlops-scoring") });
const releases = {
  qa: { stable: serving(1) },
  prod: { stable: serving(1), canary: serving(2), canaryPercent: 10 },
};

interface Stack {
  readonly resources: Registered[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as many shapes as there are outputs
  readonly outputs: Record<string, any>;
  /** Types of the components that each resource is in, and its own, as its URN has them. */
  readonly places: string[];
}

async function stackOf(stack: string, values: Record<string, string> = {}): Promise<Stack> {
  let outputs: Record<string, unknown> = {};
  const resources = await registered(
    async () => {
      pulumi.runtime.setAllConfig({
        ...(stack === "prod" ? prod : qa),
        "mlops:trainingImage": pinned("mlops-training"),
        "mlops:release": JSON.stringify(stack === "prod" ? releases.prod : releases.qa),
        ...values,
      });
      const program = require("../../infra/index") as () => Promise<Record<string, unknown>>;
      const output = pulumi.output(await program());
      outputs = await new Promise((resolve) => output.apply(resolve));
    },
    { stack },
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    getRegisteredResources(): Map<string, { urn: string }>;
  };
  return {
    resources,
    outputs,
    places: [...monitor.getRegisteredResources().values()].map(({ urn }) => urn.split("::")[2] ?? ""),
  };
}

const both = { qa: undefined, prod: undefined } as unknown as Record<"qa" | "prod", Stack>;
beforeAll(async () => {
  both.qa = await stackOf("qa");
  both.prod = await stackOf("prod");
});

describe.each(["qa", "prod"] as const)("the stack %s", (name) => {
  test("has every resource in a component", () => {
    const orphans = both[name].places.filter(
      (place) => !place.startsWith("mlops:infra:") && !place.startsWith("pulumi:"),
    );
    // The provider of the last update's outputs is Pulumi's own.
    expect(orphans).toEqual([]);
    expect(both[name].places.length).toBeGreaterThan(100);
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
    expect(images.length).toBeGreaterThan(1);
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
        "scoringUrl",
        "images",
        "environment",
        "release",
      ]),
    );
    expect(outputs.environment.scoring).toMatchObject({ MLOPS_ENVIRONMENT: name, MLOPS_AUTH: "keys" });
    expect(outputs.retraining).toMatchObject({
      name: "retraining-endpoint",
      url: expect.stringMatching(/^https:/),
      deployment: expect.stringMatching(/^retrain-/),
    });
    expect(outputs.registryId).toMatch(/:Registry\/mlopsregistry$/);
    expect(outputs.pipelines).toMatchObject({
      "mlops-pr": { path: "/pipelines/pr.yml", serviceConnection: "mlops-preview" },
      "mlops-release": {
        serviceConnection: `mlops-${name}`,
        environment: `mlops-${name}`,
        variables: { STACK: name, MODEL: "diabetes", MLOPS_REGISTRY: outputs.environment.cli.MLOPS_REGISTRY },
      },
      "mlops-infra": { environment: "mlops-infra" },
    });
    expect(outputs.release).toMatchObject(releases[name]);
    expect(JSON.stringify(outputs)).not.toMatch(/InstrumentationKey|sig=|0123456789abcdef/);
  });
});

test("what differs between the stacks is where the model serves, and nothing else of the kinds of resources", () => {
  const kinds = ({ resources }: Stack) => new Set(resources.map(({ type }) => type));
  const [inQa, inProd] = [kinds(both.qa), kinds(both.prod)];
  // Training is started in one place.
  const starts = [
    "azure-native:eventgrid:SystemTopic",
    "azure-native:eventgrid:SystemTopicEventSubscription",
    "azure-native:logic:Workflow",
    "mlops:infra:Triggers",
  ];
  expect([...inQa].filter((type) => !inProd.has(type) && !starts.includes(type)).sort()).toEqual([
    "azure-native:containerinstance:ContainerGroup",
    "mlops:infra:AutoStop",
    // Only a public service can be tested from the internet, and prod has no DNS name yet.
    "mlops:infra:AvailabilityTest",
    "mlops:infra:ContainerScoring",
  ]);
  expect([...inProd].filter((type) => !inQa.has(type) && type.startsWith("azure-native:")).sort()).toEqual([
    "azure-native:containerservice:AgentPool",
    "azure-native:containerservice:DeploymentSafeguard",
    "azure-native:containerservice:MaintenanceConfiguration",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:managedidentity:FederatedIdentityCredential",
    "azure-native:monitor:DataCollectionRuleAssociation",
  ]);
});

test("training is started by one stack, its schedule and new data, unless another is told to", async () => {
  const starters = ({ resources }: Stack) =>
    resources.flatMap(({ type, inputs }) => {
      if (type.endsWith(":SystemTopic")) return [inputs.topicType as string];
      return type.endsWith(":Schedule") && inputs.properties.isEnabled === true ? ["schedule"] : [];
    });
  expect(starters(both.qa).sort()).toEqual(["Microsoft.Storage.StorageAccounts", "schedule"]);
  expect(starters(both.prod)).toEqual([]);
  const told = await stackOf("prod", { "mlops:trains": "true" });
  expect(starters(told).sort()).toEqual(starters(both.qa).sort());
});

test("a stack of another name is like any other: only its name differs", async () => {
  const name = "live";
  const { resources, outputs } = await stackOf(name, { "mlops:trains": "true" });
  expect(resources.map(({ type }) => type).sort()).toEqual(both.qa.resources.map(({ type }) => type).sort());
  for (const { inputs } of resources.filter((each) => "tags" in each.inputs))
    expect(inputs.tags).toMatchObject({ environment: name });
  expect(outputs.environment.scoring).toMatchObject({ MLOPS_ENVIRONMENT: name });
  expect(outputs.pipelines).toMatchObject({
    "mlops-release": {
      serviceConnection: `mlops-${name}`,
      environment: `mlops-${name}`,
      variables: { STACK: name },
    },
  });
});

test("without compute there are no clusters, and the pipeline that needs them stays", async () => {
  const { resources } = await stackOf("qa", { "mlops:compute": "false" });
  expect(ofType(resources, "Compute")).toEqual([]);
  expect(ofType(resources, "BatchDeployment")).toHaveLength(1);
});

test("callers have Entra tokens and there are no keys when an audience is given", async () => {
  const { resources, outputs } = await stackOf("qa", { "mlops:scoringAudience": "api://scoring" });
  // That of our own tests.
  expect(ofType(resources, "RandomPassword")).toHaveLength(1);
  expect(ofType(resources, "Secret")).toMatchObject([{ inputs: { secretName: "scoring-test-key" } }]);
  expect(outputs.environment.scoring).toMatchObject({
    MLOPS_AUTH: "entra",
    MLOPS_ENTRA_AUDIENCE: "api://scoring",
  });
});
