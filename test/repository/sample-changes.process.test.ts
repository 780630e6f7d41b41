import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * What CONTRIBUTING.md says of adding something is true: each test makes a copy of the sources, changes in it the files
 * that the page names and no others, and uses what it has added.
 */

const repository = path.join(__dirname, "..", "..");
const contributing = readFileSync(path.join(repository, "CONTRIBUTING.md"), "utf8");
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), "mlops-change-"));
  const folders = [
    "cli",
    "deploy",
    "infra",
    "models",
    "pipelines",
    "platform",
    "scoring",
    "training",
    "build",
  ];
  for (const entry of [...folders, "package.json", "tsconfig.json", "environments.yml"])
    cpSync(path.join(repository, entry), path.join(copy, entry), { recursive: true });
  symlinkSync(path.join(repository, "node_modules"), path.join(copy, "node_modules"));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Files that a section of CONTRIBUTING.md names, with its placeholders filled in. */
function filesNamed(heading: string, filled: Readonly<Record<string, string>>): string[] {
  const section = contributing.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}".`);
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, file = ""]) =>
    file.replace(/<(\w+)>/g, (_, name: string) => filled[name] ?? name),
  );
}

/** Changes a file of the copy, or writes a new one; the page has to name it. */
function change(named: readonly string[], file: string, write: (old: string) => string): void {
  if (!named.includes(file)) throw new Error(`CONTRIBUTING.md does not name ${file}.`);
  const target = path.join(copy, file);
  writeFileSync(target, write(existsSync(target) ? readFileSync(target, "utf8") : ""));
}

function after(text: string, added: string): (old: string) => string {
  return (old) => {
    if (!old.includes(text)) throw new Error(`There is no "${text}" to add something after.`);
    return old.replace(text, `${text}${added}`);
  };
}

/** Runs a program of the copy. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(process.execPath, ["--require", "tsx/cjs", ...args], {
    cwd: copy,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    env: { ...process.env, MLOPS_HOME: path.join(copy, ".mlops"), ...env },
  });
}

/** Runs a program, given as its text, in the copy. */
function evaluate(text: string): unknown {
  writeFileSync(path.join(copy, "program.ts"), text);
  return JSON.parse(run(["program.ts"])) as unknown;
}

test("a trainer: one that always answers the mean is trained and measured by the command", () => {
  const named = filesNamed("Add a trainer", { kind: "mean" });
  change(
    named,
    "platform/definition/trainers.ts",
    after(
      "const trainerKinds = {",
      `mean: { tasks: ["regression"], settings: closedObject({ kind: z.literal("mean"), shift: z.number() }) },`,
    ),
  );
  change(
    named,
    "training/trainers/mean.ts",
    () => `import { targetSql } from "../preprocessing/target";
      import { aggregate } from "../preprocessing/sql";
      import { fitLinear } from "./linear";
      import type { Trainer } from "./trainer";
      export const mean: Trainer<"mean"> = {
        fit: (input, { shift }) =>
          fitLinear(input, async ({ design: { engine }, names }) => {
            const [value = NaN] = await aggregate(engine, input.from, ["avg(" + targetSql(input.definition) + ")"]);
            return { intercept: value + shift, coefficients: names.map(() => 0) };
          }),
      };`,
  );
  change(named, "training/trainers/trainers.ts", (old) =>
    `import { mean } from "./mean";\n${old}`.replace("= {\n  ridge:", "= {\n  mean: () => mean,\n  ridge:"),
  );
  const model = path.join(copy, "models/diabetes/model.ts");
  writeFileSync(
    model,
    readFileSync(model, "utf8").replace(/trainer: \{[^}]*\}/, `trainer: { kind: "mean", shift: 2 }`),
  );

  const { steps } = JSON.parse(run(["cli/main.ts", "train", "--json"])) as {
    steps: { name: string; message: string }[];
  };
  // The mean explains nothing; one that is off by 2 less than nothing, by 4 parts of a variance of about 5,980.
  const said = steps.find(({ name }) => name === "train")?.message;
  expect(said).toMatch(/^mean, /);
  expect(Number(/r2 ([-\d.e]+)/.exec(said ?? "")?.[1])).toBeCloseTo(-4 / 5980, 5);
});

test("a canary stage: what the definition lists is what a release has ahead", () => {
  const named = filesNamed("Add a stage to the canary", { name: "diabetes" });
  change(named, "models/diabetes/model.ts", after(`name: "diabetes",`, "canary: { weights: [5, 25, 75] },"));
  const stages = evaluate(`
    import { remainingStages } from "./deploy/rules/remaining-stages";
    import { loadDefinition } from "./platform/definition/definitions";
    const release = { model: "diabetes:2", digest: "sha256:2", package: "there" };
    void loadDefinition("diabetes").then(({ definition: { canary } }) =>
      console.log(JSON.stringify(remainingStages({}, release, canary).map(({ traffic }) => traffic.weight))));
  `);
  expect(stages).toEqual([5, 25, 75]);
});

test("an alert: what is in the table is a rule in Azure that writes to the operators", () => {
  const named = filesNamed("Add an alert", {});
  change(
    named,
    "infra/components/watching/queries.ts",
    (old) => `${old}\nexport const refusedRows = "AppRequests | where ResultCode == 422";\n`,
  );
  change(named, "infra/components/watching/log-alerts.ts", (old) =>
    after(
      "  return [",
      `{ role: "refused", title: "Rows are refused", severity: 2, query: refusedRows, threshold: 9, every: "PT5M", window: "PT15M" },`,
    )(`import { refusedRows } from "./queries";\n${old}`),
  );
  cpSync(path.join(repository, "test/infra/mocks.ts"), path.join(copy, "test/infra/mocks.ts"));
  const rules = evaluate(`
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
  const named = filesNamed("Add a resource", { room: "foundation", name: "notes" });
  change(
    named,
    "infra/components/foundation/notes.ts",
    () => `import * as storage from "@pulumi/azure-native/storage";
      import * as pulumi from "@pulumi/pulumi";
      import type { Placement } from "../../config/placement";
      export class Notes extends pulumi.ComponentResource {
        constructor(name: string, { placement }: { placement: Placement }) {
          super("mlops:infra:Notes", name, {}, {});
          new storage.StorageAccount("notes", { ...placement, kind: "StorageV2", sku: { name: "Standard_LRS" } }, { parent: this });
          this.registerOutputs({});
        }
      }`,
  );
  change(named, "infra/index.ts", (old) =>
    after(
      "const { placement, principals, scopes, containers } = foundation;",
      `\nnew Notes("notes", { placement });`,
    )(`import { Notes } from "./components/foundation/notes";\n${old}`),
  );
  for (const file of ["test/infra/mocks.ts", "test/infra/stacks.ts", "Pulumi.qa.yaml", "Pulumi.prod.yaml"])
    cpSync(path.join(repository, file), path.join(copy, file));
  const names = evaluate(`
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
  const named = filesNamed("Add a dialect", { name: "echo" });
  const sample = readFileSync(path.join(repository, "test/scoring/dialects/echo-dialect.ts"), "utf8");
  change(named, "scoring/dialects/echo.ts", () =>
    sample.replaceAll("../../../scoring/dialects/", "./").replaceAll("../../../scoring/", "../"),
  );
  change(named, "scoring/dialects/dialects.ts", (old) =>
    `import { echo } from "./echo";\n${old}`.replace("mlflow, service]", "mlflow, echo, service]"),
  );
  const fixture = "test/scoring/dialects/service-fixture.ts";
  cpSync(path.join(repository, fixture), path.join(copy, fixture));
  const seen = evaluate(`
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
  const named = filesNamed("Add an environment", { name: "staging" });
  change(named, "environments.yml", (old) =>
    old.replace("testEnvironments: qa", "testEnvironments: qa,staging"),
  );
  change(named, "Pulumi.staging.yaml", () => readFileSync(path.join(repository, "Pulumi.qa.yaml"), "utf8"));
  const seen = evaluate(`
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
  const status = JSON.parse(run(["cli/main.ts", "status", "--json"])) as {
    deployments: { environment: string }[];
  };
  expect(status.deployments.map(({ environment }) => environment)).toEqual(["qa", "staging", "prod"]);
});
