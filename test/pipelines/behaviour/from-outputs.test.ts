import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipelineTemplates } from "../../../infra/config/pipeline-files";
import { pipelinesOf } from "../../../infra/config/pipelines";
import { readEnvironments } from "../../../platform/release/environments";
import { described, outputOf, PipelinePlace } from "../pipeline-fixture";

const place = new PipelinePlace();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-outputs-"));
});
afterAll(async () => {
  await place.remove();
  await rm(folder, { recursive: true, force: true });
});

test("a pipeline that is deployed from a stack's outputs trains and registers that stack's model", async () => {
  const outputs = pipelinesOf("qa", { cli: {}, model: "titanic", environments: readEnvironments({}) });
  for (const { path: file, text } of [...Object.values(outputs), ...pipelineTemplates()]) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  }
  // Nobody says which model: the text does.
  const run = await place.runs("retrain", {}, path.join(folder, "pipelines"));
  expect(described(run)).toEqual(["Train.Train succeeded"]);
  expect(outputOf(run, "Train.Train")).toContain("titanic:1");
});
