import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PromotionDecision } from "../../../platform/metrics/evaluation";
import { Runs } from "../../../cli/runs/runs";
import type { Session } from "../../../cli/session/session";
import { openRunContext } from "../../../cli/steps/step";
import { checkStep, evaluateStep, registerStep, trainStep } from "../../../cli/steps/training-steps";
import { digestOfFile } from "../../../platform/base/files";
import { loadDefinition } from "../../../platform/definition/definitions";
import { readLineage } from "../../../platform/model/model-directory";
import { openRegistry } from "../../../platform/registry/open-registry";
import { readEnvironments } from "../../../platform/release/environments";
import { readSettings } from "../../../platform/settings/settings";
import { checkJob, evaluateJob, registerJob, trainJob, type JobContext } from "../../../training/job/job";
import { keepLines } from "../../cli/watching/watch-fixture";

const model = "diabetes";
const data = path.join(__dirname, "../../../models/diabetes/data.csv");
const signal = new AbortController().signal;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-both-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function readJson(...parts: string[]): Promise<unknown> {
  return JSON.parse(await readFile(path.join(folder, ...parts), "utf8"));
}

/** What is compared of each way: everything but names, times and places. */
async function outcomeOf(of: { report: string; model: string; decision: string }) {
  const {
    data: trainedOn,
    parameters,
    seed,
    champion,
    definitionDigest,
  } = await readLineage(path.join(folder, of.model));
  return {
    report: await readJson(of.report, "data-check.json"),
    onnx: await digestOfFile(path.join(folder, of.model, "model.onnx")),
    lineage: { trainedOn, parameters, seed, champion, definitionDigest },
    evaluation: await readJson(of.decision, "evaluation.json"),
    decision: await readJson(of.decision, "decision.json"),
  };
}

/** A job of the training image; its registry's alias says who the champion is. */
async function byJob(name: string, registry: string) {
  const at = (part: string): string => path.join(folder, name, part);
  const context: JobContext = {
    settings: readSettings("training", {}),
    env: {},
    signal,
    warn: () => undefined,
  };
  const [report, candidate, decision] = [at("report"), at("candidate"), at("decision")];
  await checkJob(context, { model, data, report, registry });
  await trainJob(context, { model, data, checked: report, candidate });
  await evaluateJob(context, { model, data, candidate, decision, registry });
  const registered = await registerJob(context, { model, candidate, decision, registry });
  const outcome = await outcomeOf({
    report: path.join(name, "report"),
    model: path.join(name, "candidate", "model"),
    decision: path.join(name, "decision"),
  });
  return { ...outcome, version: registered["mlops.version"] };
}

/** The steps of the lifecycle; production's deployment says who the champion is. */
async function byLaptop(name: string, registry: string, stable?: { model: string; package: string }) {
  const loaded = await loadDefinition(model, data);
  const runs = new Runs(path.join(folder, name), () => undefined);
  const status = () => Promise.resolve({ history: [], samples: {}, ...(stable && { stable }) });
  const session = {
    settings: readSettings("cli", {}),
    registry: openRegistry(registry, { report: () => undefined }),
    runs,
    workspace: { packages: path.join(folder, "packages") },
    deployer: { status },
    environments: readEnvironments({}),
    output: keepLines().output,
    logRun: () => Promise.resolve(),
    signal,
  } as unknown as Session;
  const run = await runs.create(model, loaded.dataFile, new Date());
  const context = openRunContext(session, loaded, run);
  try {
    for (const step of [checkStep, trainStep, evaluateStep, registerStep]) await step.run(context);
  } finally {
    await context.close();
  }
  const own = path.join(name, run.id);
  const outcome = await outcomeOf({ report: own, model: path.join(own, "model"), decision: own });
  return { ...outcome, version: run.version };
}

test("the same data and champion come to the same, on the laptop and in a job", async () => {
  const [jobs, laptop] = [path.join(folder, "jobs"), path.join(folder, "laptop")];
  const first = await byJob("first", jobs);
  // Runs on the laptop are counted; here no server has those of the jobs.
  expect(await byLaptop("first-runs", laptop)).toEqual({
    ...first,
    decision: { ...(first.decision as PromotionDecision), earlierDecisions: 0 },
  });
  expect(first).toMatchObject({ version: "diabetes:1", decision: { promote: true, reason: "no-champion" } });

  const registry = openRegistry(jobs, { report: () => undefined });
  const champion = { name: model, version: 1 };
  await registry.setAlias(champion, "champion");
  await registry.download(champion, path.join(folder, "package", "model"));
  await writeFile(path.join(folder, "package", "package.json"), JSON.stringify({ model: "diabetes:1" }));
  const second = await byJob("second", jobs);
  const stable = { model: "diabetes:1", package: path.join(folder, "package") };
  expect(await byLaptop("second-runs", laptop, stable)).toEqual({
    ...second,
    decision: { ...(second.decision as PromotionDecision), earlierDecisions: 0 },
  });
  expect(second).toMatchObject({
    report: { comparedWith: "diabetes:1" },
    lineage: { champion: "diabetes:1" },
    decision: { promote: false, champion: { model: "diabetes:1" } },
    version: undefined,
  });
});
