import { readFile, writeFile } from "node:fs/promises";
import { collectData, type Collected, type CollectFlags } from "../../../cli/data/collect-data";
import { openData } from "../../../platform/data/open-data";
import { DataVersions } from "../../../platform/data/versions/data-versions";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { LoadedDefinition } from "../../../platform/definition/definitions";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import { literal } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { keepLines, logRecords } from "../watching/watch-fixture";

const folder = useTemporaryFolder();
const definition = parseModelDefinition(
  {
    name: "cost",
    task: "regression",
    data: "data.csv",
    columns: [
      { name: "age", type: "number" },
      { name: "cost", type: "number", range: [0, 1000], role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse" },
  },
  "the test",
);

/** Version 1 says twice the age, and version 2 one more. */
function record(index: number, version = 1, time = "2026-11-21T12:00:00.000Z"): PredictionRecord {
  const age = 100 + index;
  const outputs = [2 * age + (version - 1)];
  return { id: `r${index}`, time, model: `cost:${version}`, inputs: [{ age }], outputs };
}

async function collect(
  records: readonly PredictionRecord[],
  labels: string,
  flags: Partial<CollectFlags> = {},
): Promise<{ collected: Collected; versions: DataVersions; lines: readonly string[] }> {
  const predictions = openLocalStorage(folder("predictions"));
  await logRecords(predictions, records);
  const versions = new DataVersions(openLocalStorage(folder("versions")), () => undefined);
  const { output, lines } = keepLines();
  if (!labels.startsWith("/")) await writeFile(folder("labels.csv"), labels);
  const loaded = { definition, dataFile: folder("data.csv") } as LoadedDefinition;
  const collected = await collectData({ predictions, dataVersions: versions, output }, loaded, {
    labels: labels.startsWith("/") ? labels : folder("labels.csv"),
    environment: "prod",
    ...flags,
  });
  return { collected, versions, lines };
}

const data = (): Promise<string> => readFile(folder("data.csv"), "utf8");
beforeEach(() => writeFile(folder("data.csv"), "age,cost\n1,2\n3,6\n"));

test("what was collected is a new data version, which says what predicted its rows, when, and how right", async () => {
  const records = [record(0), record(1, 1, "2026-11-21T13:00:00.000Z"), record(2, 2)];
  const { collected, versions } = await collect(records, "request_id,cost\nr0,203\nr1,202\nr2,205\n");
  expect(await data()).toBe("age,cost\n1,2\n3,6\n100,203\n102,205\n101,202\n");
  const predictedBy = [
    {
      model: "cost:1",
      rows: 2,
      from: "2026-11-21T12:00:00.000Z",
      to: "2026-11-21T13:00:00.000Z",
      // Errors of -3 and 0.
      metrics: expect.objectContaining({ mae: 1.5 }) as object,
    },
    { model: "cost:2", rows: 1, metrics: expect.objectContaining({ mae: 0 }) as object },
  ];
  expect(collected).toMatchObject({ rows: 5, added: 3, scored: 3, ahead: 0, predictedBy });
  const [newest, former] = await versions.list("cost");
  expect(newest).toMatchObject({
    digest: collected.version,
    rows: 5,
    collected: {
      environment: "prod",
      former: collected.former,
      added: 3,
      labels: { source: "labels.csv", digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      predictedBy,
    },
  });
  expect(former).toMatchObject({ digest: collected.former, rows: 2 });
  expect(former).not.toHaveProperty("collected");
});

test("again, nothing is added, and what is said of the version stays", async () => {
  const labels = "request_id,cost\nr0,203\n";
  const first = await collect([record(0)], labels);
  const before = await first.versions.get("cost", first.collected.version ?? "");
  const { collected, versions } = await collect([], labels);
  expect(collected).toMatchObject({ rows: 3, added: 0, leftOut: { present: 1 } });
  expect(await versions.get("cost", collected.version ?? "")).toEqual(before);
  expect(await versions.list("cost")).toHaveLength(2);
});

test("labels may be a Parquet file", async () => {
  const file = folder("labels.parquet");
  const engine = await openEngine();
  await engine.run(`COPY (SELECT 'r0' AS request_id, 203.0 AS cost) TO ${literal(file)} (FORMAT parquet)`);
  await engine.close();
  expect((await collect([record(0)], file)).collected).toMatchObject({ added: 1 });
});

test("what the definition does not allow is refused by its requests, and nothing is written", async () => {
  const before = await data();
  await expect(collect([record(0), record(1)], "request_id,cost\nr0,203\nr1,2020\n")).rejects.toMatchObject({
    code: "DATA_INVALID",
    message: expect.stringMatching(
      /"cost" is outside 0 to 1000.* First: request r1, row 0: "2020"/,
    ) as string,
  });
  expect(await data()).toBe(before);
});

test("a log that was cut short, other models' records and a wrong clock are told, and cost nothing else", async () => {
  const predictions = openLocalStorage(folder("predictions"));
  await predictions.put("prod/cost/date=2026-11-21/hour=12/cut.jsonl", '{"id": "half');
  const strange = { ...record(5), model: "other:1" };
  const later = record(6, 1, "2999-01-01T00:00:00.000Z");
  const labels = "request_id,cost\nr0,203\nr5,205\nr6,212\n";
  const { collected, lines } = await collect([record(0), strange, later], labels);
  expect(collected).toMatchObject({
    added: 2,
    scored: 3,
    ahead: 1,
    leftOut: { otherModel: 1, unknownLabels: 1 },
  });
  expect(lines).toEqual([expect.stringContaining("is not a complete prediction record")]);
});

test("an empty log adds nothing", async () => {
  const { collected } = await collect([], "request_id,cost\nr0,203\n");
  expect(collected).toMatchObject({ rows: 2, added: 0, scored: 0, leftOut: { unknownLabels: 1 } });
});

test("truth that contradicts itself is refused", async () => {
  await expect(collect([record(0)], "request_id,cost\nr0,203\nr0,204\n")).rejects.toMatchObject({
    message: expect.stringContaining("request r0, row 0: labelled 203 and 204") as string,
  });
});

test("a file of its own has the lineage, too, and its rows are data", async () => {
  const output = folder("collected.csv");
  const { collected, versions } = await collect([record(0)], "request_id,cost\nr0,203\n", { output });
  expect(collected).toMatchObject({ isOwn: false, rows: 3, added: 1 });
  expect(await versions.get("cost", collected.version ?? "")).toMatchObject({ collected: { added: 1 } });
  const { engine, source } = await openData(definition, output);
  await engine.close();
  expect(source.rows).toBe(3);
});
