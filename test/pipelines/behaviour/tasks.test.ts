import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse as parseYaml } from "yaml";
import { repository } from "../../e2e/mlops";
import { isMapping, type Mapping } from "../expand-pipeline";
import { pipelines } from "../pipeline-fixture";

/** What Microsoft's repository of tasks says of one. */
interface Task {
  readonly version: string;
  readonly deprecated: boolean;
  /** Names of its inputs, and their other names. */
  readonly inputs: readonly string[];
}

const { tasks } = JSON.parse(
  readFileSync(path.join(__dirname, "..", "fixtures", "azure-pipelines-tasks.json"), "utf8"),
) as { tasks: Readonly<Record<string, Task>> };

/** Pipelines and templates of Azure; travis.yml is of another system. */
const files = [".", "templates"].flatMap((folder) =>
  readdirSync(path.join(pipelines, folder))
    .filter((name) => name.endsWith(".yml") && name !== "travis.yml")
    .map((name) => path.join(folder, name)),
);

/** All mappings in a document that are a step with a task, wherever they stand. */
function* stepsIn(node: unknown): Generator<Mapping> {
  if (Array.isArray(node)) for (const item of node) yield* stepsIn(item);
  else if (isMapping(node)) {
    if (typeof node.task === "string") yield node;
    for (const item of Object.values(node)) yield* stepsIn(item);
  }
}

const steps = files.flatMap((file) =>
  [...stepsIn(parseYaml(readFileSync(path.join(pipelines, file), "utf8")))].map((step) => ({ file, step })),
);

/** What is wrong with a step, by what its task is. */
function faultsOf({ task, inputs }: Mapping): string[] {
  const known = tasks[String(task)];
  if (known === undefined) return [`${String(task)} is not in the list of tasks`];
  const given = Object.keys(isMapping(inputs) ? inputs : {});
  return [
    ...(known.deprecated ? [`${String(task)} is deprecated`] : []),
    ...given
      .filter((name) => !known.inputs.includes(name))
      .map((name) => `${String(task)} has no input ${name}`),
  ];
}

test.each(steps.map(({ file, step }) => [String(step.task), file, step] as const))(
  "%s in %s is a task of today, and has each input that it is given",
  (_, __, step) => {
    expect(faultsOf(step)).toEqual([]);
  },
);

test("the list has every task that is used, and besides those only deprecated ones", () => {
  const used = new Set(steps.map(({ step }) => String(step.task)));
  const current = Object.entries(tasks).filter(([, { deprecated }]) => !deprecated);
  expect([...used].sort()).toEqual(current.map(([name]) => name).sort());
});

test("what is wrong is seen: a deprecated task, an input of another one, a task that nobody has", () => {
  expect(faultsOf({ task: "NodeTool@0", inputs: { versionSpec: "24.x" } })).toEqual([
    "NodeTool@0 is deprecated",
  ]);
  expect(faultsOf({ task: "PublishCodeCoverageResults@1" })).toEqual([
    "PublishCodeCoverageResults@1 is deprecated",
  ]);
  expect(faultsOf({ task: "UseNode@1", inputs: { versionSource: "fromFile" } })).toEqual([
    "UseNode@1 has no input versionSource",
  ]);
  expect(faultsOf({ task: "AzureCli@2" })).toEqual(["AzureCli@2 is not in the list of tasks"]);
});

test("every step that signs in to Azure says by which credential, never one of the agent's own machine", () => {
  const signedIn = steps.filter(({ step }) => String(step.task).startsWith("AzureCLI@"));
  expect(signedIn.length).toBeGreaterThan(0);
  for (const { step } of signedIn) {
    expect(step.env).toMatchObject({ AZURE_TOKEN_CREDENTIALS: "AzureCliCredential" });
    expect(step.inputs).toMatchObject({ keepAzSessionActive: true });
  }
});

test("Node.js is that of .nvmrc", () => {
  const version = readFileSync(path.join(repository, ".nvmrc"), "utf8").trim();
  const installed = steps.filter(({ step }) => step.task === "UseNode@1");
  expect(installed.map(({ step }) => step.inputs)).toEqual([{ version: `${version}.x` }]);
});
