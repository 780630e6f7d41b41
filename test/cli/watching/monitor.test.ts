import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { LaptopDeployer } from "../../../deploy/laptop/laptop-deployer";
import { DeploymentFiles } from "../../../deploy/laptop/deployment-file";
import { monitor, type MonitorOptions, type MonitorResult } from "../../../cli/watching/monitor";
import { digestOf } from "../../../platform/base/files";
import type { Label } from "../../../platform/predictions/labels";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { Profile } from "../../../platform/drift/profile";
import { profileNumbers } from "../../../platform/drift/profile-values";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { openWorkspace, type Workspace } from "../../../platform/settings/workspace";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { definition } from "../report/report-fixture";
import { keepLines, logRecords } from "./watch-fixture";

const folder = useTemporaryFolder();
const ages = Array.from({ length: 200 }, (_, index) => 20 + (index % 60));
const later = new Date("2026-11-21T12:00:00Z");
let workspace: Workspace;

beforeEach(async () => {
  workspace = await openWorkspace(folder("home"));
});

/** Requests for these ages, answered by a version at a time. */
function records(values: readonly number[], model: string, time = later): PredictionRecord[] {
  return values.map((age, index) => ({
    id: `${model}-${index}`,
    time: time.toISOString(),
    model,
    inputs: [{ age }],
    outputs: [2 * age],
  }));
}

/** Records version 2 as what production serves, with these ages and their predictions as its reference sample. */
async function release(): Promise<void> {
  const reference: Profile = {
    rows: ages.length,
    columns: { age: profileNumbers(ages) },
    prediction: profileNumbers(ages.map((age) => 2 * age)),
  };
  const at = path.join(workspace.packages, "cost-2");
  await mkdir(path.join(at, "model"), { recursive: true });
  await writeFile(path.join(at, "model", "reference.json"), JSON.stringify(reference));
  const measured = { rows: 50, metrics: { rmse: 1.2 } };
  const metrics = { heldOut: measured, training: measured };
  await writeFile(path.join(at, "model", "metrics.json"), JSON.stringify(metrics));
  const files = new DeploymentFiles(workspace, "prod", "cost");
  const stable = { model: "cost:2", package: at, digest: digestOf("2") };
  await files.writeDeployment({ environment: "prod", model: "cost", stable, history: [] });
}

async function watch(
  logged: readonly PredictionRecord[],
  more: Partial<MonitorOptions> = {},
): Promise<MonitorResult & { lines: readonly string[] }> {
  const predictions = openLocalStorage(workspace.predictions);
  await logRecords(predictions, logged);
  const { output, lines } = keepLines();
  const deployer = new LaptopDeployer({ workspace, attached: true });
  const registry = openLocalRegistry(workspace.registry, { report: () => undefined });
  const options = { environment: "prod", model: "cost", rule: definition.drift, ...more };
  return { ...(await monitor({ deployer, registry, predictions, output }, options)), lines };
}

const drifted = ({ drift }: MonitorResult): string[] =>
  drift.columns.filter((column) => column.drifted).map(({ column }) => column);

const shifted = ages.map((age) => age + 40);

test("requests like the reference sample show no drift", async () => {
  await release();
  const result = await watch(records(ages, "cost:2"));
  expect(result.version).toBe("cost:2");
  expect(result.drift).toMatchObject({ judged: true, drifted: false, rows: 200, referenceRows: 200 });
});

test("shifted requests do, in the feature and in the predictions", async () => {
  await release();
  const result = await watch(records(shifted, "cost:2"));
  expect(result.drift).toMatchObject({ judged: true, drifted: true, rows: 200 });
  expect(drifted(result)).toEqual(["age", "prediction"]);
});

test("requests that other versions answered are left out", async () => {
  await release();
  const result = await watch([
    ...records(shifted, "cost:1"),
    ...records(ages, "cost:2"),
    ...records(shifted, "cost:3"),
  ]);
  expect(result.drift).toMatchObject({ drifted: false, rows: 200 });
  expect(result.drift.beside).toEqual({ otherVersions: 400, otherModel: 0, ahead: 0 });
});

test("a log of another version or model has nothing to judge, and the result says what it has", async () => {
  await release();
  const logged = [...records(ages.slice(0, 150), "cost:1"), ...records(ages.slice(0, 7), "price:2")];
  const { drift } = await watch(logged);
  expect(drift).toMatchObject({ judged: false, rows: 0 });
  expect(drift.beside).toEqual({ otherVersions: 150, otherModel: 7, ahead: 0 });
});

test("rows that are dated later than now, by more than clocks differ, are counted and judged", async () => {
  await release();
  const [soon, ahead] = [4, 6].map((minutes) => new Date(later.getTime() + minutes * 60_000));
  const logged = [
    ...records(ages.slice(0, 90), "cost:2"),
    ...records(ages.slice(90, 120), "cost:2", soon),
    ...records(ages.slice(120), "cost:2", ahead),
  ];
  const { drift } = await watch(logged, { now: later });
  expect(drift).toMatchObject({ judged: true, rows: 200 });
  expect(drift.beside).toEqual({ otherVersions: 0, otherModel: 0, ahead: 80 });
});

test("so are requests before the moment asked for", async () => {
  await release();
  const earlier = new Date(later.getTime() - 1);
  const logged = [...records(shifted, "cost:2", earlier), ...records(ages, "cost:2")];
  expect((await watch(logged, { from: later })).drift).toMatchObject({ drifted: false, rows: 200 });
});

describe("requests of our own tests", () => {
  const tests = (values: readonly number[]): PredictionRecord[] =>
    records(values, "cost:2").map((record) => ({ ...record, id: `run-7-${record.id}`, test: true }));

  test("are left out, so that they neither make drift nor hide that of clients", async () => {
    await release();
    const clients = records(shifted.slice(0, 100), "cost:2");
    const alone = await watch(clients);
    expect(alone.drift).toMatchObject({ drifted: true, rows: 100 });
    expect((await watch(tests(ages))).drift).toEqual(alone.drift);
  });

  test("are known by their mark, not by an id that a client may choose", async () => {
    await release();
    const chosen = records(shifted, "cost:2").map((record) => ({ ...record, id: `mlops-test-${record.id}` }));
    expect((await watch(chosen)).drift).toMatchObject({ drifted: true, rows: 200 });
  });

  test("are looked at alone when they are named", async () => {
    await release();
    const logged = [...tests(ages), ...records(shifted, "cost:2")];
    expect((await watch(logged, { testsOf: "run-7" })).drift).toMatchObject({ drifted: false, rows: 200 });
    expect((await watch(logged, { testsOf: "run-8" })).drift.rows).toBe(0);
  });
});

describe("how right the version is", () => {
  /** Truth of these records: what was predicted and an error whose size is given, up and down in turn. */
  const truthOf = (logged: readonly PredictionRecord[], error: number): Label[] =>
    logged.map(({ id, outputs }, index) => ({
      id,
      row: 0,
      value: Number(outputs[0]) + (index % 2 === 0 ? error : -error) * (1 + (index % 5) / 10),
    }));
  const logged = records(ages, "cost:2");

  test.each([
    ["as good as when it was registered", 1, false],
    ["three times as far off", 3, true],
  ])("by truth: %s", async (_, error, fell) => {
    await release();
    const labels = truthOf(logged, error);
    const { performance } = await watch(logged, { performance: { definition, labels } });
    expect(performance).toMatchObject({
      kind: "measured",
      rows: 200,
      registeredRows: 50,
      judged: true,
      fell,
    });
  });

  test("labels of requests that nobody asked are counted, those of other versions are not among them", async () => {
    await release();
    const others = records(ages.slice(0, 20), "cost:1");
    const unknown = ["never", "nor-this"].map((id) => ({ id, row: 0, value: 1 }));
    const [first] = logged;
    const labels = [
      ...truthOf([...logged, ...others], 1),
      ...unknown,
      { id: first?.id ?? "", row: 1, value: 1 },
    ];
    const { drift, performance } = await watch([...logged, ...others], {
      performance: { definition, labels },
    });
    expect(performance).toMatchObject({ rows: 200 });
    expect(drift.beside).toEqual({ otherVersions: 20, otherModel: 0, ahead: 0, unknownLabels: 3 });
  });

  test("truth that comes late is joined with requests from before the window of drift, and old truth is no mistake", async () => {
    await release();
    const weekBefore = new Date("2026-11-14T12:00:00Z");
    const early = records(ages, "cost:2", weekBefore).map((record) => ({
      ...record,
      id: `early-${record.id}`,
    }));
    const options = { from: new Date("2026-11-21T00:00:00Z"), now: later };
    const labels = [...truthOf(early, 3), { id: "last-year", row: 0, value: 1 }];
    const late = await watch([...early, ...records(shifted, "cost:2")], {
      ...options,
      performance: { definition, labels, labelsFrom: new Date("2026-11-01T00:00:00Z"), accumulated: true },
    });
    expect(late.performance).toMatchObject({ rows: 200, judged: true, fell: true });
    expect(late.drift).toMatchObject({ rows: 200, drifted: true });
    expect(late.drift.beside).toEqual({ otherVersions: 0, otherModel: 0, ahead: 0 });
    const alone = await watch([], { ...options, performance: { definition, labels } });
    expect(alone.performance).toMatchObject({ rows: 0 });
    expect(alone.drift.beside).toMatchObject({ unknownLabels: 201 });
  });

  test("is not judged by the truth of other requests, and of a regression there is no estimate", async () => {
    await release();
    const labels = [{ id: "never", row: 0, value: 1 }];
    const { performance } = await watch(logged, { performance: { definition, labels } });
    expect(performance).toMatchObject({ rows: 0, judged: false, fell: false });
    expect(await watch(logged, { performance: { definition } })).not.toHaveProperty("performance");
  });
});

test("too few requests are not judged", async () => {
  await release();
  const result = await watch(records(shifted.slice(0, 10), "cost:2"));
  expect(result.drift).toMatchObject({ judged: false, drifted: false, rows: 10 });
});

test("a line of the log that is no record is reported and left out", async () => {
  await release();
  const damaged = path.join(workspace.predictions, "prod", "cost", "date=2026-11-21", "hour=12");
  await mkdir(damaged, { recursive: true });
  await writeFile(path.join(damaged, "damaged.jsonl"), '{"id": "half');
  const { drift, lines } = await watch(records(ages, "cost:2"));
  expect(drift.rows).toBe(200);
  expect(lines).toEqual([
    expect.stringMatching(/^Line 1 of \S*damaged\.jsonl is not a complete prediction record/),
  ]);
});

test("without a version in production there is nothing to watch", async () => {
  await expect(watch([])).rejects.toMatchObject({
    code: "NOT_FOUND",
    message:
      "No version of cost is in prod, so there is nothing to watch. Release one with `mlops lifecycle --model cost`.",
  });
});
