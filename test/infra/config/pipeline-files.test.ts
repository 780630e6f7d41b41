import { createHash } from "node:crypto";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repository } from "../../../build/repository";
import { filledIn, pipelineTemplates } from "../../../infra/config/pipeline-files";
import { pipelinesOf } from "../../../infra/config/pipelines";
import { parseEnvironments } from "../../../platform/release/environments";
import { planPipeline } from "../../pipelines/plan";

const listed = "variables: { testEnvironments: 'dev,test', productionEnvironment: live }";
const environments = parseEnvironments(listed, "environments.yml");
const outputs = (stack: string) => pipelinesOf(stack, { cli: {}, model: "churn", environments });

let project: string;
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), "mlops-pipelines-"));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

/** Lays the files of a stack's outputs down in a project that has nothing else. */
function layDown(stack: string): void {
  for (const { path: file, text } of [...Object.values(outputs(stack)), ...pipelineTemplates()]) {
    mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
    writeFileSync(path.join(project, file), text);
  }
}

const planned = (file: string, parameters: Record<string, string> = {}) =>
  planPipeline(path.join(project, file), parameters);

test("a stack gives the pipelines that open to it, each with what it may use of it, and no others", () => {
  const shown = (stack: string) =>
    Object.fromEntries(
      Object.entries(outputs(stack)).map(([name, { serviceConnections }]) => [
        name.replace("mlops-", ""),
        serviceConnections.join(" ").replaceAll("mlops-", ""),
      ]),
    );
  expect(shown("dev")).toEqual({
    pr: "dev-preview",
    build: "dev dev-release",
    retrain: "dev-release",
    release: "dev-release",
    infra: "dev-preview dev",
    teardown: "dev",
  });
  expect(shown("live")).toEqual({
    preview: "live-preview",
    release: "live-release",
    batch: "live-watch",
    monitor: "live-watch",
    infra: "live-preview live",
    teardown: "live",
  });
});

test("the texts make whole pipelines in an empty project, of this stack's model and environments", () => {
  layDown("live");
  const release = planned("/pipelines/release.yml", { modelVersion: "churn:1" });
  expect(release.stages.map(({ name }) => name)).toEqual(["Package", "Test_dev", "Test_test", "Production"]);
  expect(JSON.stringify(release)).toContain('"azureSubscription":"mlops-live-release"');
  expect(planned("/pipelines/batch.yml").variables.values).toMatchObject({
    MLOPS_DEFAULT_MODEL: "churn",
    productionEnvironment: "live",
  });
  // No parameter has to be given: they are this stack's.
  expect(planned("/pipelines/infra.yml").variables.values).toMatchObject({ STACK: "live" });
});

test("the texts are what the repository has, but for the names", () => {
  layDown("dev");
  const own = path.join(repository, "pipelines");
  const file = path.join(project, "environments.yml");
  writeFileSync(file, listed);
  const [here, there] = [
    planPipeline(path.join(own, "pr.yml"), {}, { "environments.yml": file }),
    planned("/pipelines/pr.yml"),
  ];
  const values = { ...here.variables.values, MLOPS_DEFAULT_MODEL: "churn" };
  expect(there).toEqual({ ...here, variables: { ...here.variables, values } });
});

test("a digest is that of the text, by which a copy is known to be of this update", () => {
  for (const { digest, text } of [...Object.values(outputs("dev")), ...pipelineTemplates()])
    expect(digest).toBe(createHash("sha256").update(text).digest("hex"));
  const [dev, live] = [outputs("dev"), outputs("live")];
  expect(dev["mlops-infra"]?.digest).not.toBe(live["mlops-infra"]?.digest);
});

test("a text without such names stays as it is", () => {
  const text = "steps: [{ script: npm ci }]\n";
  expect(filledIn(text, { stack: "dev", model: "churn", environments })).toBe(text);
});
