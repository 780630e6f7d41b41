import { addAlert, addDialect, addEnvironment, addResource, addStage, addTrainer } from "./sample-changes";
import { SampleCopy } from "./sample-copy";

/**
 * What CONTRIBUTING.md says of adding something is true: each test makes a copy of the sources, changes in it the files
 * that the page names and no others, and uses what it has added.
 */

let copy: SampleCopy;
beforeEach(() => {
  copy = new SampleCopy();
});
afterEach(() => copy.remove());

/** What the command prints for machines. */
function mlops<Result>(...args: readonly string[]): Result {
  return JSON.parse(copy.run(["cli/main.ts", ...args, "--json"])) as Result;
}

test("a trainer: one that always answers the mean is drafted, trained, measured and tuned by the command", () => {
  addTrainer(copy);
  const data = copy.path("models/diabetes/data.csv");
  mlops("init", "sugar", "--from", data, "--target", "progression", "--trainer", "mean");
  const { steps } = mlops<{ steps: { name: string; message: string }[] }>("train", "--model", "sugar");
  // The mean explains nothing; one that is off by 2 less than nothing, by 4 parts of a variance of about 5,980.
  const said = steps.find(({ name }) => name === "train")?.message;
  expect(said).toMatch(/^mean, /);
  expect(Number(/r2 ([-\d.e]+)/.exec(said ?? "")?.[1])).toBeCloseTo(-4 / 5980, 4);

  const { tuning } = mlops<{ tuning: { candidates: { settings: object }[]; best: number } }>(
    "tune",
    ...["--model", "sugar"],
  );
  expect(tuning.candidates.map(({ settings }) => settings)).toEqual([{ shift: 2 }, { shift: 0 }]);
  expect(tuning.best).toBe(1);
});

test("a canary stage: what the definition lists is what a release has ahead", () => {
  addStage(copy);
  const stages = copy.evaluate(`
    import { remainingStages } from "./deploy/rules/remaining-stages";
    import { loadDefinition } from "./platform/definition/definitions";
    const release = { model: "diabetes:2", digest: "sha256:2", package: "there" };
    void loadDefinition("diabetes").then(({ definition: { canary } }) =>
      console.log(JSON.stringify(remainingStages({}, release, canary).map(({ traffic }) => traffic.weight))));
  `);
  expect(stages).toEqual([5, 25, 75]);
});

test("an alert: what is in the table is a rule in Azure that writes to the operators", () => {
  addAlert(copy);
  copy.bring("test/infra/mocks.ts");
  const rules = copy.evaluate(`
    import { Monitoring } from "./infra/components/watching/monitoring";
    import { ofType, registered } from "./test/infra/mocks";
    const args = {
      placement: { resourceGroupName: "group", location: "westeurope", tags: {} },
      logAnalyticsId: "/logs", insightsId: "/insights", workspaceId: "/workspace",
      alertEmail: "ops@example.com", latencyMs: 500, failedRequests: 5, diagnosed: {},
    } as never;
    void registered(() => new Monitoring("monitoring", args)).then((resources) =>
      console.log(JSON.stringify(ofType(resources, "monitor:ScheduledQueryRule").map(({ inputs }) => inputs))));
  `);
  expect(rules).toContainEqual(
    expect.objectContaining({
      displayName: "Rows are refused",
      severity: 2,
      actions: { actionGroups: [expect.stringContaining("ActionGroup")] },
    }),
  );
});

test("a resource: a component in its room and a line of the program", () => {
  addResource(copy);
  for (const file of ["test/infra/mocks.ts", "test/infra/stacks.ts", "Pulumi.qa.yaml", "Pulumi.prod.yaml"])
    copy.bring(file);
  const names = copy.evaluate(`
    import * as pulumi from "@pulumi/pulumi";
    import { registered } from "./test/infra/mocks";
    import { qa } from "./test/infra/stacks";
    const image = "registry.example/image@sha256:" + "a".repeat(64);
    void registered(async () => {
      pulumi.runtime.setAllConfig({ ...qa, "mlops:trainingImage": image });
      const program = require("./infra/index") as () => Promise<Record<string, unknown>>;
      await program();
    }).then((resources) => console.log(JSON.stringify(resources.map(({ type, name }) => type + " " + name))));
  `);
  expect(names).toContain("mlops:infra:Notes notes");
  expect(names).toContain("azure-native:storage:StorageAccount notes");
});

test("a dialect: an object and its place in the list are served, guarded, described and sampled", () => {
  addDialect(copy);
  copy.bring("test/scoring/dialects/service-fixture.ts");
  const seen = copy.evaluate(`
    import { ApiKeys } from "./scoring/auth/api-keys";
    import { predictingRouteAt } from "./scoring/dialects/find-dialect";
    import { call, closeServices, cost, json, openService } from "./test/scoring/dialects/service-fixture";
    const key = "key-of-this-test-7f3a";
    const headers = { authorization: "Bearer " + key };
    async function main() {
      const app = openService(cost, { authenticator: new ApiKeys({ primary: key }) });
      const sent = json("/echo/3/predict", {});
      const asked = async (more: object) => {
        const { status, bytes } = await call(app, { ...sent, headers: { ...sent.headers, ...more } });
        return [status, JSON.parse(bytes.toString()) as unknown];
      };
      const { json: described } = await call(app, { url: "/openapi.json", headers });
      const results = {
        answered: await asked(headers),
        refused: (await asked({}))[0],
        open: (await call(app, { url: "/echo/alive" })).json,
        described: Object.keys(described.paths as object).filter((path) => path.startsWith("/echo")),
        sampled: predictingRouteAt("POST", "/echo/3/predict")?.path,
      };
      await closeServices();
      console.log(JSON.stringify(results));
    }
    void main();
  `);
  expect(seen).toEqual({
    answered: [200, [3]],
    refused: 401,
    open: { alive: true },
    described: ["/echo/{times}/predict", "/echo/alive"],
    sampled: "/echo/:times/predict",
  });
});

test("an environment: a name in the list and the settings of its stack are all that commands and the bootstrap need", () => {
  addEnvironment(copy);
  const seen = copy.evaluate(`
    import { environmentsBefore, readEnvironments } from "./platform/release/environments";
    import { signInsOf } from "./infra/bootstrap/names";
    import { StackFile } from "./infra/bootstrap/stack-file";
    import { parseConfig } from "./infra/config/config";
    const environments = readEnvironments();
    const own = { "mlops:owner": "team", "mlops:costCentre": "4711", "mlops:alertEmail": "ops@example.com" };
    const config = parseConfig("staging", { ...new StackFile(__dirname, "staging").settings(), ...own });
    const signIns = signInsOf({ environments: environments.names.map((name) => ({ name, subscriptionId: "s" })) });
    console.log(JSON.stringify({
      names: environments.names,
      before: environmentsBefore(environments, "prod"),
      signIns: signIns.map(({ name }) => name).filter((name) => name.includes("staging")),
      stack: [config.environment, config.scoring],
    }));
  `);
  expect(seen).toEqual({
    names: ["qa", "staging", "prod"],
    before: ["qa", "staging"],
    signIns: expect.arrayContaining(["mlops-staging-release"]) as string[],
    stack: ["staging", "containers"],
  });
  const status = mlops<{ deployments: { environment: string }[] }>("status");
  expect(status.deployments.map(({ environment }) => environment)).toEqual(["qa", "staging", "prod"]);
});

test("all of them together: the types of the product are without a fault", () => {
  for (const add of [addTrainer, addStage, addAlert, addResource, addDialect, addEnvironment]) add(copy);
  expect(copy.typeFaults()).toEqual([]);
});
