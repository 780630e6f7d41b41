import { readFile, writeFile } from "node:fs/promises";
import { decideOnFindings, type Acted } from "../../../cli/retraining/act-on-findings";
import { readDecisions } from "../../../cli/retraining/decision-journal";
import type { MonitorResult } from "../../../cli/watching/monitor";
import { digestOf, digestOfFile, type Digest } from "../../../platform/base/files";
import type { LoadedDefinition } from "../../../platform/definition/definitions";
import type { Registry } from "../../../platform/registry/registry";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { numbersOnly } from "../../platform/data/definitions";
import { keepLines } from "../watching/watch-fixture";

const folder = useTemporaryFolder();
const definition = numbersOnly(["x", "y"]);
const start = Date.parse("2026-11-20T00:00:00Z");
const limits = { coolDownHours: 24, maxPerWeek: 2 };

beforeEach(() => writeFile(folder("data.csv"), "x,y\n1,2\n3,6\n"));

function found({ drifted = true, fell }: { drifted?: boolean; fell?: boolean } = {}): MonitorResult {
  const columns = [{ column: "x", drifted }];
  const performance =
    fell === undefined ? {} : { performance: { kind: "measured", judged: true, fell, holds: !fell } };
  return {
    version: "numbers:1",
    drift: { rows: 200, judged: true, drifted, columns },
    ...performance,
  } as unknown as MonitorResult;
}

/** Decides `hours` after the start; the version that serves was trained on data with this digest. */
async function decide(
  hours: number,
  result: MonitorResult,
  {
    trainedOn = "",
    ...more
  }: { trainedOn?: string; labels?: string; stackData?: () => Promise<Digest | undefined> } = {},
): Promise<Acted> {
  const registry = { get: () => Promise.resolve({ tags: { data: trainedOn } }) } as unknown as Registry;
  const predictions = openLocalStorage(folder("predictions"));
  const session = { registry, predictions, dataVersions: undefined, output: keepLines().output };
  return decideOnFindings(session, { definition, dataFile: folder("data.csv") } as LoadedDefinition, {
    environment: "prod",
    found: result,
    limits,
    journal: openLocalStorage(folder("decisions")),
    now: new Date(start + hours * 3_600_000),
    ...more,
  });
}

const addRow = async (row: string): Promise<void> =>
  writeFile(folder("data.csv"), `${await readFile(folder("data.csv"), "utf8")}${row}\n`);

test("what was decided is recorded, and limits what is decided next", async () => {
  const reasons: string[] = [];
  for (const hours of [0, 1, 30, 60, 200]) {
    await addRow(`${hours + 10},1`);
    reasons.push((await decide(hours, found())).decision.reason);
  }
  expect(reasons).toEqual(["drifted", "cooling-down", "drifted", "cap-reached", "drifted"]);
  const recorded = await readDecisions(openLocalStorage(folder("decisions")), {
    environment: "prod",
    name: "numbers",
  });
  expect(recorded.map(({ reason }) => reason)).toEqual(reasons);
  expect(recorded.at(-1)).toMatchObject({ model: "numbers:1", rows: 200, action: "retrain" });
});

test("a retraining that a wrong clock dated years ahead holds others off for no longer than a right one", async () => {
  const reasons: string[] = [];
  for (const hours of [20_000, 1, 30]) {
    await addRow(`${hours + 10},1`);
    reasons.push((await decide(hours, found())).decision.reason);
  }
  expect(reasons).toEqual(["drifted", "cooling-down", "drifted"]);
});

test("data that the version, or a retraining since, was trained on is nothing new", async () => {
  const digest = await digestOfFile(folder("data.csv"));
  expect((await decide(0, found(), { trainedOn: digest })).decision).toMatchObject({
    action: "alert",
    reason: "no-new-rows",
    data: digest,
  });
  expect((await decide(1, found())).decision.action).toBe("retrain");
  expect((await decide(100, found())).decision.reason).toBe("no-new-rows");
});

test("truth that has arrived is added to the data, which is then new", async () => {
  const trainedOn = await digestOfFile(folder("data.csv"));
  const line = {
    id: "a",
    time: "2026-11-19T00:00:00.000Z",
    model: "numbers:1",
    inputs: [{ x: 10 }],
    outputs: [20],
  };
  const predictions = openLocalStorage(folder("predictions"));
  await predictions.put("prod/numbers/date=2026-11-19/hour=00/1.jsonl", `${JSON.stringify(line)}\n`);
  await writeFile(folder("labels.csv"), "request_id,y\na,25\n");
  const labels = folder("labels.csv");
  const { decision, collected } = await decide(0, found({ drifted: false, fell: true }), {
    trainedOn,
    labels,
  });
  expect(collected).toMatchObject({
    rows: 3,
    added: 1,
    predictedBy: [{ model: "numbers:1", metrics: { mae: 5 } }],
  });
  expect(decision).toMatchObject({
    action: "retrain",
    reason: "performance-fell",
    data: await digestOfFile(folder("data.csv")),
  });
});

describe("where a stack trains", () => {
  const [old, more] = [digestOf("old"), digestOf("more")];
  const has = (digest: Digest | undefined) => jest.fn(() => Promise.resolve(digest));

  test("its data alone says whether there are new rows, and nothing is collected here", async () => {
    await writeFile(folder("labels.csv"), "request_id,y\na,25\n");
    const labels = folder("labels.csv");
    const acted = await decide(0, found(), { stackData: has(old), trainedOn: old, labels });
    expect(acted.decision).toMatchObject({ action: "alert", reason: "no-new-rows", data: old });
    expect(acted.decision.explanation).toContain("a stack gets them by `mlops data push`");
    expect(acted).not.toHaveProperty("collected");
  });

  test("data that a retraining was begun on is nothing new, even if no version came of it", async () => {
    const asked = { stackData: has(more), trainedOn: old };
    expect((await decide(0, found(), asked)).decision).toMatchObject({ action: "retrain", data: more });
    expect((await decide(100, found(), asked)).decision.reason).toBe("no-new-rows");
  });

  test("its data is not read where nothing would be retrained anyway", async () => {
    const stackData = has(more);
    await decide(0, found({ drifted: false, fell: false }), { stackData });
    expect(stackData).not.toHaveBeenCalled();
    await decide(1, found(), { stackData });
    expect((await decide(2, found(), { stackData })).decision.reason).toBe("cooling-down");
    expect(stackData).toHaveBeenCalledTimes(1);
  });

  test("a retraining is not begun where its data cannot be read", async () => {
    const stackData = () => Promise.reject(new Error("Forbidden (403)."));
    await expect(decide(0, found(), { stackData })).rejects.toThrow("Forbidden");
    const journal = openLocalStorage(folder("decisions"));
    expect(await readDecisions(journal, { environment: "prod", name: "numbers" })).toEqual([]);
  });
});

test("an estimate is no finding", async () => {
  const estimated = {
    ...found(),
    performance: { kind: "estimated", judged: false, fell: false, holds: false },
  } as MonitorResult;
  expect((await decide(0, estimated)).decision.reason).toBe("drifted");
});
