import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { grants, notContainer, onlyContainers, onlyReads, onlyStacks } from "../../../infra/bootstrap/grants";
import {
  notifySecret,
  secretGroup,
  sharedGroup,
  signInsOf,
  stateNames,
  type Target,
} from "../../../infra/bootstrap/names";
import {
  duties,
  environmentName,
  infraEnvironment,
  passedBy,
  pipelines,
  signedInto,
  signInName,
  updatedBy,
  updatesGroup,
} from "../../../infra/config/pipelines";
import { readOptions } from "../../../infra/bootstrap/options";
import {
  parseEnvironments,
  readEnvironments,
  type Environments,
} from "../../../platform/release/environments";
import { differences } from "../../../infra/bootstrap/steps/step";
import { planPipeline, stepListsOf } from "../../pipelines/plan";
import { prodSubscriptionId as other, subscriptionId } from "./cloud";

const root = path.join(__dirname, "..", "..", "..");
const given = ["--subscription", subscriptionId, "--organisation", "contoso", "--project", "shop"];
const environmentsOf = (testing: string, production: string): Environments =>
  parseEnvironments(
    `variables: { testEnvironments: "${testing}", productionEnvironment: ${production} }`,
    "environments.yml",
  );
const two = environmentsOf("qa", "prod");
const optionsOf = (...more: string[]) => readOptions(["node", "x", ...given, ...more], two);
const read = (...more: string[]): Target => optionsOf(...more).target;

test("names that the world shares are allowed, the same each time, and others for another group", () => {
  const target = read();
  const { account, vault } = stateNames(target);
  expect(account).toMatch(/^[a-z0-9]{3,24}$/);
  expect(vault).toMatch(/^[a-z][a-z0-9-]{1,22}[a-z0-9]$/);
  const others = readOptions(["node", "x", ...given], environmentsOf("dev,test", "live")).target;
  expect(stateNames(others)).toMatchObject({ account, vault });
  expect(stateNames(read("--resource-group", "other")).account).not.toBe(account);
});

test("each environment's state has a key of its own", () => {
  const { keyOf, secretsProviderOf, vault } = stateNames(read());
  expect(keyOf("qa")).not.toBe(keyOf("prod"));
  expect(secretsProviderOf("prod")).toBe(`azurekeyvault://${vault}.vault.azure.net/keys/${keyOf("prod")}`);
});

test("environments keep their order, and each may have a subscription of its own", () => {
  const { environments, approvers } = read(
    ...["--environment", `prod=${other}`, "--approver", "a@b.c", "--approver", "d@e.f"],
  );
  expect(environments).toEqual([
    { name: "qa", subscriptionId },
    { name: "prod", subscriptionId: other },
  ]);
  expect(approvers).toEqual(["a@b.c", "d@e.f"]);
});

test.each([
  [
    "an environment that the list does not have",
    ["--environment", `live=${other}`],
    'environments.yml has no environment "live", only qa, prod.',
  ],
  ["one twice", ["--environment", `qa=${other}`, "--environment", `qa=${other}`], "is given twice"],
  ["an environment without a subscription", ["--environment", "qa"], "<name>=<subscription id>"],
  ["a subscription by its name", ["--environment", "qa=research"], "<name>=<subscription id>"],
  ["a region that lacks something", ["--location", "moon"], "Allowed choices"],
  ["a setting without value", ["--set", "owner"], "Expected <key>=<value>"],
  ["a crowd of reviewers", ["--reviewers", "11"], "Expected a whole number from 0 to 10"],
])("%s is refused", (_name, more, message) => {
  const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    expect(() => read(...more)).toThrow(message);
  } finally {
    write.mockRestore();
  }
});

test("settings are taken as they are written, equals signs and all", () => {
  const { settings } = optionsOf("--set", "owner=a=b");
  expect(settings).toEqual({ "mlops:owner": "a=b" });
});

test("roles are given with the least that does: none on a subscription to who previews but Reader", () => {
  const wide = grants.filter(({ who, on }) => who === "preview" && on === "subscription");
  expect(wide.map(({ role }) => role)).toEqual(["Reader"]);
});

test("conditions are written as Azure reads them", () => {
  const balanced = (text: string): boolean => text.split("(").length === text.split(")").length;
  expect(notContainer("x")).toContain("containers:name] StringNotEquals 'x'");
  expect(onlyContainers("a", "b")).toMatch(
    /OR \(@Resource\[[^\]]+containers:name\] StringEquals 'a' OR @Resource\[[^\]]+\] StringEquals 'b'\)\)$/,
  );
  const stacks = onlyStacks({ own: ["prod"], earlier: ["qa"] });
  const [reads = "", changes = ""] = stacks.split(" AND ((");
  for (const path of [".pulumi/meta.yaml", "*/mlops/qa.json*", "*/mlops/qa/*", "*/mlops/prod/*"])
    expect(reads).toContain(`blobs:path] StringLike '${path}'`);
  for (const project of ["mlops", "mlops-serving"])
    expect(changes).toContain(`StringLike '*/${project}/prod.json*'`);
  expect(changes).not.toMatch(/qa|meta/);
  for (const action of ["write", "delete", "add/action", "move/action"])
    expect(changes).toContain(`blobs/${action}'}`);
  expect(onlyReads(["qa"])).toContain("StringLike '*/mlops-serving/qa.json*'");
  expect(onlyReads(["qa"])).not.toMatch(/prod|blobs\/(write|delete)/);
  expect([notContainer("x"), onlyReads(["qa"]), stacks].every(balanced)).toBe(true);
});

test("who watches writes to the first environment's journals, and to nothing else that is stored there", () => {
  const written = grants.filter(
    ({ who, role }) => who === "watch" && role === "Storage Blob Data Contributor",
  );
  expect(written.map(({ on, condition }) => [on, condition?.({ own: [], earlier: [] })])).toEqual([
    ["earlierSubscriptions", onlyContainers("audit", "history")],
  ]);
});

test("who deploys an environment reads what those before it made, and has nothing to do with those after it", () => {
  const target = read("--environment", `prod=${other}`);
  const of = (name: string) => signInsOf(target).find((each) => each.name === name);
  const qa = of("mlops-qa-release");
  expect([qa?.stacks, qa?.earlierSubscriptionIds]).toEqual([{ own: ["qa"], earlier: [] }, []]);
  const prod = of("mlops-prod-release");
  expect([prod?.stacks, prod?.earlierSubscriptionIds]).toEqual([
    { own: ["prod"], earlier: ["qa"] },
    [subscriptionId],
  ]);
});

test("each duty in an environment has an identity of its own, where a pipeline has that duty there", () => {
  expect(signInsOf(read()).map(({ name, duty }) => `${name} ${duty}`)).toEqual([
    "mlops-qa-preview preview",
    "mlops-qa deploy",
    "mlops-qa-release release",
    "mlops-prod-preview preview",
    "mlops-prod deploy",
    "mlops-prod-release release",
    "mlops-prod-watch watch",
  ]);
});

test("who previews an environment reads its state and decrypts it, and no other's", () => {
  const given = grants.filter(({ who, on }) => who === "preview" && on !== "subscription");
  expect(given.map(({ role, on }) => `${role} on ${on}`)).toEqual([
    "Storage Blob Data Reader on stateContainer",
    "Key Vault Crypto User on stateKey",
  ]);
  const condition = given[0]?.condition?.({ own: ["prod"], earlier: ["qa"] }) ?? "";
  expect(condition).toContain("StringLike '*/mlops/prod.json*'");
  expect(condition).not.toContain("qa");
});

test("who releases or watches is given nothing in its environment from outside, and writes the state of what serves at most", () => {
  const wide = grants.filter(({ who, on }) => ["release", "watch"].includes(who) && on === "subscription");
  expect(wide).toEqual([]);
  const [, writes = ""] = (
    grants
      .find(({ who, on }) => who === "release" && on === "stateContainer")
      ?.condition?.({ own: ["prod"], earlier: ["qa"] }) ?? ""
  ).split(" AND ((");
  expect(writes).toContain("StringLike '*/mlops-serving/prod.json*'");
  expect(writes).not.toMatch(/\*\/mlops\/|qa/);
  const changing = grants.filter(
    ({ who, on, role }) =>
      ["release", "watch"].includes(who) &&
      on === "earlierSubscriptions" &&
      /Contributor|Officer|Admin/.test(role),
  );
  // Entries of the audit trail, and nothing else of earlier environments.
  expect(changing.map(({ who, role }) => `${who} ${role}`)).toEqual([
    "release Storage Blob Data Contributor",
    "watch Storage Blob Data Contributor",
  ]);
  for (const { condition } of changing)
    expect(condition?.({ own: ["prod"], earlier: ["qa"] })).toContain("StringEquals 'audit'");
  const watching = grants.filter(({ who, on }) => who === "watch" && on !== "earlierSubscriptions");
  expect(watching.filter(({ role }) => /Contributor|Officer|Admin/.test(role))).toEqual([]);
});

test.each([
  ["the same", { a: 1, b: ["x"] }, { a: 1, b: ["x"], c: 2 }, []],
  ["letters of another case", { a: "WestEurope" }, { a: "westeurope" }, []],
  ["another value", { a: { b: true } }, { a: { b: false } }, ["a.b is false, expected true"]],
  ["nothing", { a: 0 }, {}, ["a is not set, expected 0"]],
  ["a longer list", { a: ["x"] }, { a: ["x", "y"] }, ['a is ["x","y"], expected ["x"]']],
  ["an item", { a: [{ b: 1 }] }, { a: [{ b: 2, c: 3 }] }, ["a[0].b is 2, expected 1"]],
  ["no object at all", { a: { b: 1 } }, null, ["a.b is not set, expected 1"]],
])("differences: %s", (_name, wanted, actual, expected) => {
  expect(differences(wanted, actual)).toEqual(expected);
});

const folder = path.join(root, "pipelines");
const files = [folder, path.join(folder, "templates")]
  .flatMap((each) => readdirSync(each).map((name) => path.join(each, name)))
  .filter((file) => file.endsWith(".yml") && !file.endsWith("travis.yml"));
const text = files.map((file) => readFileSync(file, "utf8")).join("\n");
const all = (pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name)),
];

test("environments and groups that the pipelines name are what the bootstrap makes", () => {
  const { target } = readOptions(["node", "x", ...given], readEnvironments({}));
  const signIns = signInsOf(target).map(({ name }) => name);
  expect([...signIns, infraEnvironment]).toEqual(
    expect.arrayContaining(all(/environment: "?(mlops-[a-z]+)\b/g)),
  );
  // Without those whose names are put together from an environment's, which the test below takes apart.
  const groups = all(/group: "?([\w-]+)(?=[\s"])/g);
  expect(groups.sort()).toEqual([sharedGroup, secretGroup].sort());
  expect(text).toContain(`$(${notifySecret})`);
});

test("every pipeline has its file, and every file its pipeline", () => {
  for (const { path: file } of pipelines)
    expect([file, existsSync(path.join(root, file))]).toEqual([file, true]);
  const own = readdirSync(folder).filter((name) => name.endsWith(".yml") && name !== "travis.yml");
  expect(pipelines.map(({ path: file }) => path.basename(file)).sort()).toEqual(own.sort());
});

/** What a pipeline names, in all its variants: service connections, environments, variable groups. */
function namedBy(file: string): Record<"signsIn" | "passes" | "groups", string[]> {
  const [signsIn, passes, groups] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const isOfStack = /^ {2}- \{ name: stack,/m.test(readFileSync(file, "utf8"));
  for (const parameters of isOfStack ? [{ stack: "qa" }, { stack: "prod" }] : [{}]) {
    const given = {
      ...parameters,
      ...(file.endsWith("release.yml") && { modelVersion: "diabetes:1" }),
      ...(file.endsWith("teardown.yml") && { confirm: "qa" }),
    };
    const plan = planPipeline(file, given);
    for (const { steps } of stepListsOf(plan))
      for (const { task, inputs } of steps)
        if (task === "AzureCLI@2") signsIn.add((inputs as { azureSubscription: string }).azureSubscription);
    for (const stage of plan.stages) {
      for (const job of stage.jobs) {
        if (job.kind === "deployment") passes.add(job.environment);
        for (const name of job.variables.groups) groups.add(name);
      }
      for (const name of [...plan.variables.groups, ...stage.variables.groups]) groups.add(name);
    }
  }
  return { signsIn: [...signsIn].sort(), passes: [...passes].sort(), groups: [...groups].sort() };
}

/** What updates stacks: scripts by which they are made and destroyed, and verbs that change what serves. */
const updating = /npm run (infra:(up|destroy)|mlops -- (deploy|canary|promote|rollback|release)) /;

test("each stage that updates stacks refers to the locked group of that environment, and no other does", () => {
  const found = files
    .filter((file) => path.dirname(file) === folder)
    .flatMap((file) =>
      ["qa", "prod"].flatMap((stack) => {
        const isOfStack = /^ {2}- \{ name: stack,/m.test(readFileSync(file, "utf8"));
        if (!isOfStack && stack !== "qa") return [];
        const given = {
          ...(isOfStack && { stack }),
          ...(file.endsWith("release.yml") && { modelVersion: "diabetes:1" }),
          ...(file.endsWith("teardown.yml") && { confirm: stack }),
        };
        const plan = planPipeline(file, given);
        expect(plan.variables.groups.filter((name) => name.endsWith("-updates"))).toEqual([]);
        return plan.stages.flatMap((stage) => {
          const lists = stepListsOf({ ...plan, stages: [stage] }).flatMap(({ steps }) => steps);
          const connections = lists
            .filter(({ inputs }) => updating.test((inputs as { inlineScript?: string })?.inlineScript ?? ""))
            .map(({ inputs }) => (inputs as { azureSubscription: string }).azureSubscription);
          const updated = [...new Set(connections.map((name) => name.split("-")[1] ?? ""))];
          const locked = stage.variables.groups.filter((name) => name.endsWith("-updates"));
          expect([file, stage.name, locked]).toEqual([file, stage.name, updated.map(updatesGroup)]);
          return locked.length > 0 ? [`${path.basename(file)} ${stage.name} ${locked.join()}`] : [];
        });
      }),
    );
  expect(found).toHaveLength(7);
});

test.each(pipelines.map((pipeline) => [pipeline.name, pipeline] as const))(
  "%s may use what it names, and nothing else",
  (name, { path: file, signsIn, passes, secrets }) => {
    const environments = ["qa", "prod"];
    const signedIn = duties.flatMap((duty) =>
      environments
        .filter((each) => signedInto(duty, each, environments).includes(name))
        .map((each) => signInName(duty, each)),
    );
    const passed = environments
      .filter((each) => passedBy(each, environments).includes(name))
      .map(environmentName);
    expect(namedBy(path.join(root, file))).toEqual({
      signsIn: signedIn.sort(),
      passes: [...(passes.includes("infra") ? [infraEnvironment] : []), ...passed].sort(),
      groups: [
        ...(signsIn.length > 0 ? [sharedGroup] : []),
        ...(secrets ? [secretGroup] : []),
        ...environments.filter((each) => updatedBy(each, environments).includes(name)).map(updatesGroup),
      ].sort(),
    });
  },
);
