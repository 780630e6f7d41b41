import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { AuditEntry } from "../../platform/audit/audit-entry";
import type { Acted } from "../../cli/retraining/act-on-findings";
import type { MonitorResult } from "../../cli/watching/monitor";
import { DeploymentFiles } from "../../deploy/laptop/deployment-file";
import { digestOf } from "../../platform/base/files";
import type { DriftReport } from "../../platform/drift/drift";
import type { ModelVersion } from "../../platform/registry/registry";
import { openWorkspace } from "../../platform/settings/workspace";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());
const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
const data = path.join(models, "rent", "data.csv");
const random = xoroshiro128plus(5);
const chance = (): number => uniformFloat64(random);

interface Flat {
  readonly rooms: number;
  readonly size: number;
  readonly rent: number;
}

/** A flat whose rent goes with its size by `perSize`. */
function flat(perSize: number, size = 10 * chance()): Flat {
  const rooms = 10 * chance();
  return { rooms, size, rent: 3 * rooms + perSize * size + chance() };
}

/** What version 1 was asked in production, an hour each: it answers as it has learnt, twice the size. */
async function ask(hour: number, flats: readonly Flat[]): Promise<string> {
  const folder = place.path("predictions", "prod", "rent", "date=2026-07-01", `hour=${hour}`);
  await mkdir(folder, { recursive: true });
  const lines = flats.map(({ rooms, size }, index) =>
    JSON.stringify({
      id: `h${hour}-${index}`,
      time: `2026-07-01T${hour}:00:00.000Z`,
      model: "rent:1",
      inputs: [{ rooms, size }],
      outputs: [3 * rooms + 2 * size + 0.5],
    }),
  );
  await writeFile(path.join(folder, "1.jsonl"), `${lines.join("\n")}\n`);
  const truth = path.join(place.home, `truth-${hour}.csv`);
  const rents = flats.map(({ rent }, index) => `h${hour}-${index},${rent}`);
  await writeFile(truth, `request_id,rent\n${rents.join("\n")}\n`);
  return truth;
}

type Answer = DriftReport & Pick<MonitorResult, "performance"> & Acted;
const act = (code: number, ...flags: string[]): Promise<Answer> =>
  place.json<Answer>(["monitor", "--model", "rent", "--act", ...flags], code, env);
const versions = (): Promise<ModelVersion[]> =>
  place.json<ModelVersion[]>(["registry", "list", "--model", "rent"], 0, env);

beforeAll(async () => {
  await mkdir(models);
  const file = path.join(place.home, "rent.csv");
  const rows = Array.from({ length: 600 }, () => flat(2)).map(({ rooms, size, rent }) =>
    [rooms, size, rent].join(),
  );
  await writeFile(file, `rooms,size,rent\n${rows.join("\n")}\n`);
  await place.json(["init", "rent", "--from", file, "--target", "rent"], 0, env);
  await place.json(["retrain", "--model", "rent"], 0, env);
  // As a release leaves it, without the processes that would serve it.
  const workspace = await openWorkspace(place.path());
  const folder = path.join(workspace.packages, "rent-1");
  const registered = path.join(workspace.registry, "rent", "1", "model");
  await cp(registered, path.join(folder, "model"), { recursive: true });
  const stable = { model: "rent:1", package: folder, digest: digestOf("1") };
  const files = new DeploymentFiles(workspace, "prod", "rent");
  await files.writeDeployment({ environment: "prod", model: "rent", stable, history: [] });
});

test("other flats of the same kind are drift that does no harm: nothing is retrained", async () => {
  const truth = await ask(
    10,
    Array.from({ length: 300 }, () => flat(2, 5 + 5 * chance())),
  );
  const answer = await act(1, "--labels", truth);
  expect(answer).toMatchObject({
    drifted: true,
    performance: { kind: "measured", fell: false, holds: true },
    decision: { action: "alert", reason: "drift-without-harm", model: "rent:1" },
    collected: { added: 300 },
  });
  expect(await versions()).toHaveLength(1);
});

test("rents that go otherwise with the size are learnt from what came true, and the candidate wins the gate", async () => {
  const truth = await ask(
    11,
    Array.from({ length: 400 }, () => flat(3)),
  );
  const answer = await act(1, "--labels", truth);
  expect(answer).toMatchObject({
    performance: { fell: true },
    decision: { action: "retrain", reason: "performance-fell" },
    collected: { added: 400, predictedBy: [{ model: "rent:1", rows: 400 }] },
  });
  expect((await readFile(data, "utf8")).trim().split("\n")).toHaveLength(1 + 600 + 300 + 400);
  const [, second] = await versions();
  expect(second).toMatchObject({ version: 2, tags: { data: answer.collected?.version } });
  const acts = await place.json<AuditEntry[]>(["audit", "--model", "rent"]);
  expect(acts.slice(-2)).toMatchObject([
    { act: "retrain", subject: "rent:1", state: "done", details: { reason: "performance-fell" } },
    { act: "register", state: "done", details: { version: "rent:2" } },
  ]);
});

test("the same truth again, from where it is delivered, calls for nothing new", async () => {
  const delivered = path.join(place.home, "truth");
  await mkdir(path.join(delivered, "rent"), { recursive: true });
  await cp(path.join(place.home, "truth-11.csv"), path.join(delivered, "rent", "11.csv"));
  // Drift is not judged, as there are no requests of the last hour, and the truth is of requests of longer ago.
  const flags = ["--hours", "1", "--labels-hours", "87600"];
  const asked = ["monitor", "--model", "rent", "--act", ...flags];
  const answer = await place.json<Answer>(asked, 1, { ...env, MLOPS_TRUTH: delivered });
  expect(answer).toMatchObject({ rows: 0, judged: false });
  expect(answer).toMatchObject({
    performance: { fell: true },
    decision: { action: "alert", reason: "no-new-rows" },
    collected: { added: 0, leftOut: { present: 400 } },
  });
  expect(await versions()).toHaveLength(2);
});

test("what cannot be decided is refused before anything is read", async () => {
  const both = await place.run(["monitor", "--model", "rent", "--act", "--retrain"], env);
  expect(both).toMatchObject({ code: 2, stdout: "" });
  expect(both.stderr).toContain("One is expected. Leave the other out.");
  const there = ["monitor", "--model", "rent", "--act", "--target", "azure", "--history", "kept"];
  const stack = await place.run(there, env);
  expect(stack).toMatchObject({ code: 2, stdout: "" });
  expect(stack.stderr).toContain("--history is kept, and an agent forgets what is in its folders");
});
