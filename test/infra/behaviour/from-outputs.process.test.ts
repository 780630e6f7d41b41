import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PipelineFile } from "../../../infra/config/pipeline-files";
import type { PipelineOfStack } from "../../../infra/config/pipelines";
import { runEnvironment } from "../programs";
import { described, outputOf, PipelinePlace, stubs } from "../../pipelines/pipeline-fixture";
import { planPipeline } from "../../pipelines/plan";

/** Outputs of a stack that say how pipelines work on it. Pulumi takes the list for an object here: its array is of another realm. */
interface Outputs {
  readonly pipelines: Readonly<Record<string, PipelineOfStack>>;
  readonly pipelineTemplates: Readonly<Record<string, PipelineFile>>;
}

const filesOf = ({ pipelines, pipelineTemplates }: Outputs): PipelineFile[] => [
  ...Object.values(pipelines),
  ...Object.values(pipelineTemplates),
];

const place = new PipelinePlace();
let folder: string;
const outputs: Record<string, Outputs> = {};
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-outputs-"));
  for (const stack of ["qa", "prod"]) {
    const run = await runEnvironment(stack, { "mlops:model": "titanic" });
    outputs[stack] = run.outputs as unknown as Outputs;
    for (const { path: file, text } of filesOf(outputs[stack])) {
      await mkdir(path.dirname(path.join(folder, stack, file)), { recursive: true });
      await writeFile(path.join(folder, stack, file), text);
    }
  }
});
afterAll(async () => {
  await place.remove();
  await rm(folder, { recursive: true, force: true });
});

test("every file of a stack's outputs makes a whole pipeline, and none names another model", () => {
  const names = new Set<string>();
  for (const [stack, given] of Object.entries(outputs)) {
    for (const [name, { path: file, text }] of Object.entries(given.pipelines)) {
      names.add(name.replace("mlops-", ""));
      // Only a release, and what destroys a stack, is told something.
      const parameters = text.includes("name: modelVersion")
        ? { modelVersion: "titanic:1" }
        : text.includes("name: confirm")
          ? { confirm: stack }
          : {};
      const { stages } = planPipeline(path.join(folder, stack, file), parameters);
      expect(stages.flatMap(({ jobs }) => jobs)).not.toEqual([]);
    }
    expect(filesOf(given).filter(({ text }) => text.includes("diabetes"))).toEqual([]);
  }
  expect([...names].sort()).toEqual(
    ["batch", "build", "infra", "monitor", "pr", "preview", "release", "retrain", "teardown"].sort(),
  );
});

test("a pipeline that is deployed from a stack's outputs delivers and trains that stack's model, and registers it", async () => {
  const container = path.join(place.home, "container");
  const given = { qa: { dataAddress: container, model: "titanic" } };
  // Nobody says which model: the text does.
  const run = await place.runs(
    "build",
    {
      env: { MLOPS_STACK_OUTPUTS: JSON.stringify(given) },
      stubs: stubs.filter((stub) => !stub.includes("data push")),
    },
    path.join(folder, "qa", "pipelines"),
  );
  expect(described(run)).toEqual([
    "Check.Quality succeeded",
    "Publish.Publish.deploy succeeded",
    "Train.Train succeeded",
  ]);
  expect(await readdir(container)).toEqual(["titanic"]);
  expect(outputOf(run, "Train.Train")).toContain("titanic:1");
});
