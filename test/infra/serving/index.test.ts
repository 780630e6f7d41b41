import { countByType, ofType } from "../mocks";
import { releases, runEnvironment, runServing, type ProgramRun } from "../programs";

const environments = { qa: undefined, prod: undefined } as unknown as Record<"qa" | "prod", ProgramRun>;
beforeAll(async () => {
  environments.qa = await runEnvironment("qa");
  environments.prod = await runEnvironment("prod");
});

const serve = (name: "qa" | "prod", release?: object, last?: object): Promise<ProgramRun> =>
  runServing(name, {
    environment: environments[name].outputs,
    ...(release && { release: JSON.stringify(release) }),
    ...(last && { last: { release: last } }),
  });

test("in qa is one container group, where the environment has made a place for it", async () => {
  const { resources, outputs } = await serve("qa", releases.qa);
  expect(countByType(resources)).toEqual({
    "mlops:infra:ContainerScoring": 1,
    "azure-native:containerinstance:ContainerGroup": 1,
  });
  const [group] = ofType(resources, "ContainerGroup");
  expect(group?.inputs).toMatchObject({
    resourceGroupName: environments.qa.outputs.resourceGroup,
    location: "westeurope",
    tags: { environment: "qa", owner: "team-risk", costCentre: "4711", model: "diabetes" },
    imageRegistryCredentials: [{ server: environments.qa.outputs.registry }],
    containers: [{ image: releases.qa.stable.image, resources: { limits: { cpu: 1, memoryInGB: 2 } } }],
  });
  const variables = group?.inputs.containers[0].environmentVariables as { name: string; value: string }[];
  const environment = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  expect(environment).toMatchObject(environments.qa.outputs.environment.scoring);
  expect(environment.APPLICATIONINSIGHTS_CONNECTION_STRING).toMatch(/InstrumentationKey/);
  expect(outputs).toMatchObject({
    release: releases.qa,
    scoringUrl: expect.stringMatching(/^https:.*:8080$/),
    containerGroupId: expect.stringContaining("scoring"),
  });
});

test("in prod is objects of Kubernetes alone, with the replicas that the environment gives", async () => {
  const { resources, outputs } = await serve("prod", releases.prod);
  const azure = resources.filter(({ type }) => type.startsWith("azure-native:"));
  expect(azure).toEqual([]);
  expect(ofType(resources, "apps/v1:Deployment").map(({ inputs }) => inputs.metadata.name as string)).toEqual(
    ["scoring-certificate", "stable", "canary"],
  );
  for (const { inputs } of ofType(resources, "autoscaling/v2:HorizontalPodAutoscaler"))
    expect(inputs.spec.maxReplicas).toBe(6);
  expect(outputs.release).toEqual({ ...releases.prod });
});

test.each(["qa", "prod"] as const)("%s names every image by its digest, and holds no key", async (name) => {
  const { resources } = await serve(name, releases[name]);
  const text = JSON.stringify(resources.map(({ inputs }) => inputs));
  const images = [...text.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image);
  expect(images.length).toBeGreaterThan(0);
  expect(images.filter((image) => !/@sha256:[0-9a-f]{64}$/.test(image ?? ""))).toEqual([]);
  expect(text).not.toMatch(/sig=|0123456789abcdef/);
});

describe("a closed gateway", () => {
  const closed = { "mlops:exposure": "internal" };
  const run = async (options: { readonly preview?: boolean } = {}): Promise<ProgramRun> => {
    const { outputs: environment } = await runEnvironment("prod", closed);
    return runServing("prod", { environment, release: JSON.stringify(releases.prod), ...options });
  };

  test("says at which address the network reaches it, besides its name in the cluster", async () => {
    const { outputs } = await run();
    expect(outputs).toMatchObject({
      internalAddress: "10.40.16.9",
      scoringUrl: "http://aks-istio-ingressgateway-internal.aks-istio-ingress.svc.cluster.local",
    });
  });

  test("is not asked by a preview, which may not look into the cluster; an open one has no such address", async () => {
    const { resources } = await run({ preview: true });
    expect(resources.map(({ name }) => name)).not.toContain("scoring-internal-gateway");
    expect((await serve("prod", releases.prod)).outputs).not.toHaveProperty("internalAddress");
  });
});

test("an update that is about something else leaves the release as it was", async () => {
  const { outputs, resources } = await serve("prod", undefined, releases.prod);
  expect(outputs.release).toEqual({ ...releases.prod });
  expect(ofType(resources, "apps/v1:Deployment")).toHaveLength(3);
});

test("before the first release nothing serves", async () => {
  const { outputs, resources } = await serve("qa");
  expect(ofType(resources, "ContainerGroup")).toEqual([]);
  expect(outputs).toEqual({ scoringUrl: "", release: { canaryPercent: 0 } });
});

describe("is refused", () => {
  test.each([
    ["qa", "{", /mlops:release is "\{".*pulumi config rm --stack qa mlops:release/s],
    ["qa", '{"canaryPercent":101}', /canaryPercent/],
    ["qa", '{"canaryPercent":10}', /above 0 without a canary/],
    [
      "qa",
      '{"stable":{"model":"diabetes:1","image":"repo/scoring:latest"}}',
      /stable image expected an image by its digest/,
    ],
    [
      "qa",
      `{"stable":{"model":"titanic:1","image":"repo/scoring@sha256:${"0".repeat(64)}"}}`,
      /serves titanic:1 as stable, but mlops:model of qa is "diabetes"/,
    ],
    [
      "qa",
      JSON.stringify(releases.prod),
      /canary 10 % of the requests, but mlops:scoring of qa is "containers"/,
    ],
  ] as const)("in %s: %s", async (name, release, message) => {
    const { outputs: environment } = environments[name];
    await expect(runServing(name, { environment, release })).rejects.toThrow(message);
  });

  test.each([
    [{}, /has no output `serving`: it was never updated.*npm run infra:up -- --stack qa/s],
    [{ serving: { kind: "functions" } }, /does not understand/],
  ])("where the environment says %j of itself", async (environment, message) => {
    await expect(runServing("qa", { environment })).rejects.toThrow(message);
  });

  test("after an output of the last update that no version of the program has written", async () => {
    await expect(serve("qa", undefined, { canaryPercent: "ten" })).rejects.toThrow(
      /output `release` of the serving stack qa is not valid: canaryPercent .*mlops -- deploy/s,
    );
  });
});
