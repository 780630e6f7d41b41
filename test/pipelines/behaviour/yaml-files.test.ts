import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { getLanguageService, parse, TextDocument } from "azure-pipelines-language-service";
import type { JSONSchema } from "azure-pipelines-language-service/lib/jsonSchema";
import { parse as parseYaml, stringify } from "yaml";
import { repository } from "../../e2e/mlops";
import { expandFile, isMapping, type Mapping } from "../expand-pipeline";
import { pipelines } from "../pipeline-fixture";
import { planPipeline, stepListsOf } from "../plan";

const yamlIn = (folder: string): string[] =>
  readdirSync(path.join(pipelines, folder))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => path.join(folder, name));

/** Pipelines of Azure, by name; travis.yml is of another system. */
const files = yamlIn(".").filter((name) => name !== "travis.yml");
const templates = yamlIn("templates");
const all = [...files, ...templates];
const textOf = (file: string): string => readFileSync(path.join(pipelines, file), "utf8");

/** Parameters by which each pipeline runs in each way that it can. */
const ways: readonly (readonly [file: string, parameters: Mapping])[] = files.flatMap((file) => {
  const declared = (parseYaml(textOf(file)) as { parameters?: Mapping[] }).parameters ?? [];
  const required = Object.fromEntries(
    declared.filter((one) => one.default === undefined).map(({ name }) => [String(name), "diabetes:3"]),
  );
  const choices = declared.flatMap(({ name, values }) =>
    Array.isArray(values) ? values.map((value: unknown) => ({ ...required, [String(name)]: value })) : [],
  );
  return (choices.length > 0 ? choices : [required]).map((way) => [file, way] as const);
});

/** Each value of a document with the keys that lead to it. */
function* leaves(node: unknown, at: readonly string[] = []): Generator<[readonly string[], unknown]> {
  if (Array.isArray(node))
    for (const [index, item] of node.entries()) yield* leaves(item, [...at, String(index)]);
  else if (isMapping(node))
    for (const [key, value] of Object.entries(node)) yield* leaves(value, [...at, key]);
  else yield [at, node];
}

test("there is one pipeline for each workflow, and every template is used", () => {
  expect(files.sort()).toEqual(
    ["batch", "build", "infra", "monitor", "nightly", "pr", "preview", "release", "retrain", "teardown"].map(
      (name) => `${name}.yml`,
    ),
  );
  const used = all.flatMap((file) => [...textOf(file).matchAll(/template: (?:templates\/)?([\w-]+\.yml)/g)]);
  expect(new Set(used.map(([, name]) => `templates/${name}`))).toEqual(new Set(templates));
});

/**
 * Steps that the schema knows, for the tasks that have taken the place of deprecated ones since it was made. That their inputs exist is
 * tested by what Microsoft's tasks say of themselves: tasks.test.ts.
 */
const olderSteps: Readonly<Record<string, Mapping>> = {
  "UseNode@1": { task: "NodeTool@0", inputs: { versionSpec: "24.x" } },
  "PublishCodeCoverageResults@2": {
    task: "PublishCodeCoverageResults@1",
    inputs: { codeCoverageTool: "Cobertura", summaryFileLocation: "coverage.xml" },
  },
};

/** A value of a pipeline with steps that the schema knows in place of those that it does not. */
function asTheSchemaKnows(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTheSchemaKnows);
  if (!isMapping(value)) return value;
  const older = olderSteps[String(value.task)];
  if (older === undefined)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTheSchemaKnows(item)]));
  return { ...value, ...older };
}

const textForSchema = (file: string): string => {
  const text = textOf(file);
  return Object.keys(olderSteps).some((task) => text.includes(task))
    ? stringify(asTheSchemaKnows(parseYaml(text)))
    : text;
};

describe("by others' rules", () => {
  const schemaFile = path.join(__dirname, "..", "fixtures", "azure-pipelines-schema.json");
  // It is changed by its reader.
  const service = getLanguageService(
    () => Promise.resolve(JSON.parse(readFileSync(schemaFile, "utf8")) as JSONSchema),
    [],
    () => Promise.resolve("schema:azure-pipelines"),
    { resolveRelativePath: (_, relative) => relative },
  );

  /** Faults that Microsoft's language service finds; it talks to the console meanwhile. */
  async function faultsOf(name: string, text: string): Promise<string[]> {
    const quiet = jest.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      const document = TextDocument.create(`file:///${name}`, "azure-pipelines", 1, text);
      const found = await service.doValidation(document, parse(text));
      // Of the steps that stand for newer ones.
      return found
        .map(({ message }) => (typeof message === "string" ? message : message.value))
        .filter((message) => !message.includes("is deprecated"));
    } finally {
      quiet.mockRestore();
    }
  }

  test.each(all)("Microsoft's language service finds no fault in %s", async (file) => {
    expect(await faultsOf(file, textForSchema(file))).toEqual([]);
  });

  test("it does find what is wrong", async () => {
    const wrong = textOf("templates/canary-job.yml").replace("timeoutInMinutes", "timeoutMinutes");
    expect(await faultsOf("wrong.yml", wrong)).toEqual(["Unexpected property timeoutMinutes"]);
    expect(
      await faultsOf("task.yml", "steps: [{ task: AzureCLI@2, inputs: { scriptTyp: bash } }]"),
    ).not.toEqual([]);
  });

  const tool = process.env.CHECK_PIPELINES;
  const ifThere = tool === undefined ? test.skip : test;
  ifThere("the official schema holds for all (CHECK_PIPELINES names the program that checks it)", () => {
    // The schema is of what the service has after its template expressions: a loop is checked as what it stands for.
    const expanded = mkdtempSync(path.join(tmpdir(), "mlops-pipelines-"));
    try {
      const looping = ways.filter(([file]) => textOf(file).includes("${{ each "));
      const asExpanded = looping.map(([file, parameters], index) => {
        const target = path.join(expanded, `${index}-${file}`);
        writeFileSync(
          target,
          stringify(asTheSchemaKnows(expandFile(path.join(pipelines, file), parameters))),
        );
        return target;
      });
      const asWritten = all
        .filter((file) => !looping.some(([name]) => name === file))
        .map((file) => {
          const target = path.join(expanded, file.replaceAll("/", "-"));
          writeFileSync(target, textForSchema(file));
          return target;
        });
      const checked = [...asWritten, ...asExpanded];
      const out = execFileSync(tool ?? "", checked, { encoding: "utf8" });
      expect(out.trim()).toBe(`${checked.length} valid, 0 not`);
    } finally {
      rmSync(expanded, { recursive: true });
    }
  });
});

describe.each(ways)("%s with %j", (file, parameters) => {
  // Time-outs, dependencies, parameters of templates and unknown keys, continueOnError among them, are errors of the plan.
  const plan = planPipeline(path.join(pipelines, file), parameters);
  const lists = stepListsOf(plan);
  const scripts = lists.flatMap(({ where, steps }) =>
    steps.flatMap((step) => {
      const line = isMapping(step.inputs) ? (step.inputs.inlineScript ?? step.script) : step.script;
      return typeof line === "string" ? [{ where, line, step }] : [];
    }),
  );

  test("runs scripts of package.json and nothing else, one line each", () => {
    const { scripts: known } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const { line } of scripts) {
      expect(line).toMatch(/^npm (ci|run [\w:-]+( -- .+)?)$/);
      const [, name] = /^npm run (\S+)/.exec(line) ?? [];
      if (name !== undefined) expect(Object.keys(known)).toContain(name);
    }
    expect(scripts.length).toBeGreaterThan(0);
  });

  test("gives scripts their values by the environment: variables that are set, and quoted", () => {
    const set = new Set([
      ...Object.keys(plan.variables.values),
      ...plan.stages
        .flatMap(({ variables, jobs }) => [variables, ...jobs.map((job) => job.variables)])
        .flatMap(({ values }) => Object.keys(values)),
    ]);
    for (const { line, step } of scripts) {
      expect(line).not.toMatch(/\$\(|\$\{\{/);
      for (const [, name = ""] of line.matchAll(/\$\{?([A-Z_]+)/g)) {
        const own = isMapping(step.env) ? Object.keys(step.env) : [];
        expect([...set, ...own, "BUILD_BUILDID"]).toContain(name);
        expect(line).toMatch(new RegExp(`"[^"]*\\$${name}[^"]*"`));
      }
    }
  });

  test("says what each step does, in a word or sentence that begins with a capital", () => {
    for (const { steps } of lists)
      for (const step of steps.filter((one) => one.script ?? one.task))
        expect(step.displayName).toMatch(/^[A-Z]/);
  });

  test("sets up every agent on its own, as hooks of a deployment are jobs of their own", () => {
    for (const { steps } of lists) {
      expect(steps[0]).toMatchObject({ checkout: "self" });
      expect(steps.filter(({ script }) => script === "npm ci")).toHaveLength(1);
    }
  });

  test("signs in as the identity of the environment that it works on, and to preview as one that can only read", () => {
    for (const { where, step, line } of scripts.filter((one) => isMapping(one.step.inputs))) {
      const { azureSubscription } = step.inputs as Mapping;
      const isOfPreviews = /^mlops-.+-preview$/.test(String(azureSubscription));
      expect(isOfPreviews).toBe(line.includes("infra:preview"));
      if (where.startsWith("Production.")) expect(azureSubscription).toBe("mlops-prod-release");
    }
  });
});

test("jobs that need more than the 60 minutes of the free tier are listed, with what they may take", () => {
  const page = readFileSync(path.join(pipelines, "../docs/reference/pipelines.md"), "utf8");
  const [, section = ""] = page.split("## How long jobs may take\n");
  const listed = [...(section.split("\n## ")[0] ?? "").matchAll(/^\| ([A-Z][^|]*?) +\| (\d+) +\|/gm)];
  const jobs = all.flatMap((file) => [
    ...textOf(file).matchAll(
      /- (?:job|deployment): \w+\n +displayName: (.+)\n(?: .*\n)*? +timeoutInMinutes: (\d+)/g,
    ),
  ]);
  expect(jobs.length).toBeGreaterThan(10);
  const pairs = (found: readonly RegExpMatchArray[]) =>
    found.map(([, name, minutes]) => `${name} ${minutes}`).sort();
  expect(pairs(listed)).toEqual(pairs(jobs.filter(([, , minutes]) => Number(minutes) > 60)));
});

describe("as they are written", () => {
  test.each(all)("%s says in its first line what it does, and is short", (file) => {
    const lines = textOf(file).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^# [A-Z].*[a-z].*\.?/);
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  test.each(all)("%s names its parts in PascalCase, and holds no secret and nothing that floats", (file) => {
    for (const [at, value] of leaves(parseYaml(textOf(file)))) {
      const key = at.at(-1) ?? "";
      // Behind a dash below may stand the name of an environment.
      const [name] = String(value).split("_${{");
      if (["stage", "job", "deployment"].includes(key)) expect(name).toMatch(/^([A-Z][a-z0-9]+)+$/);
      // The one says which sign-in is used, the other is a name in a cache.
      const isSecret = /secret|password|token|key$/i.test(key);
      // A template may be given it by whoever uses it, where this holds as well.
      const handedOn = /^\$\{\{ parameters\.\w+ \}\}$/;
      if (isSecret && !["AZURE_TOKEN_CREDENTIALS", "key"].includes(key) && !handedOn.test(String(value)))
        expect(value).toMatch(/^\$\(/);
      expect(String(value)).not.toMatch(/\blatest\b/);
      expect(key).not.toBe("continueOnError");
    }
  });

  test.each(all)("%s has typed parameters that say what they are", (file) => {
    const { parameters = [] } = parseYaml(textOf(file)) as { parameters?: Mapping[] };
    for (const { type, displayName } of parameters) {
      expect(["string", "object"]).toContain(type);
      if (files.includes(file)) expect(displayName).toMatch(/^[A-Z]/);
    }
  });

  test("results are published whether the tests pass or fail, so that the Tests and Coverage tabs fill", () => {
    const steps = stepListsOf(planPipeline(path.join(pipelines, "pr.yml"))).flatMap((one) => one.steps);
    const published = steps.filter(({ task }) => String(task).startsWith("Publish"));
    expect(published.map(({ task, condition }) => [task, condition])).toEqual([
      ["PublishTestResults@2", "succeededOrFailed()"],
      ["PublishCodeCoverageResults@2", "succeededOrFailed()"],
    ]);
  });

  test("a stage that is run again publishes under another name, as a name is given once in a run", () => {
    for (const file of files.filter((name) => !name.startsWith("github"))) {
      const names = [...textOf(file).matchAll(/^ *artifact: (\S+)$/gm)].map(([, name]) => name ?? "");
      expect([file, names.filter((name) => !name.endsWith("-$(System.StageAttempt)"))]).toEqual([file, []]);
    }
  });

  test("what production gets is what QA had: both read the release that the package stage has written", () => {
    const lists = stepListsOf(
      planPipeline(path.join(pipelines, "release.yml"), { modelVersion: "diabetes:3" }),
    );
    const fetched = lists.flatMap(({ where, steps }) =>
      steps.flatMap((step) =>
        step.task === "DownloadPipelineArtifact@2"
          ? [`${where} ${"artifactName" in (step.inputs as Mapping) ? "one" : "all"}`]
          : [],
      ),
    );
    expect(fetched).toEqual([
      "Test_qa.Test.deploy all",
      "Production.Canary.deploy all",
      "Production.TakeAway all",
    ]);
    const packages = lists
      .flatMap(({ steps }) => steps)
      .filter((step) => JSON.stringify(step).includes(" package "));
    expect(packages).toHaveLength(1);
  });
});
