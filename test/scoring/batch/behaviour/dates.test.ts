import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readCsvRows } from "../../../../platform/data/csv/csv-rows";
import type { Signature } from "../../../../platform/model/signature";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import type { EmbeddedEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { scoreBatch } from "../../../../scoring/batch/score-batch";
import { toOnnx } from "../../../../training/onnx/linear-graph";

let engine: EmbeddedEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-batch-dates-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const place = (name: string): string => path.join(folder, name);

/** The rows of a CSV file below its header. */
async function readRows(file: string): Promise<string[][]> {
  const rows: string[][] = [];
  const onFault = (fault: string): never => {
    throw new Error(fault);
  };
  readCsvRows(await readFile(file, "utf8"), { onRow: (fields) => rows.push(fields), onFault });
  return rows.slice(1);
}

test("a file's rows may have dates in any of their notations, and what is no date is a reason", async () => {
  const signature: Signature = {
    task: "regression",
    inputs: [{ name: "at", type: "date", nullable: false, parts: ["month", "hour"], range: [0, 2e9] }],
    target: { name: "sum" },
  };
  const terms = ["at.month", "at.hour"].map(
    (column) => ({ kind: "number", column, mean: 0, scale: 1, coefficient: 1 }) as const,
  );
  await writeFile(place("dated.onnx"), toOnnx({ signature, intercept: 0, terms }));
  const dated = await OnnxModel.open(place("dated.onnx"), signature);
  await writeFile(
    place("in.csv"),
    [
      "id,at",
      ...["1,2026-12-31", "2, 2026-12-31T23:30:00-01:00 ", "3,31.12.2026", "4,1969-12-31", "5,"],
      ...["6,2026-12-31 05:00", "7,2026-02-30", ""],
    ].join("\n"),
  );
  const [input, output] = [place("in.csv"), place("out.csv")];
  await scoreBatch({ engine, model: dated, reference: "dated:1", input, output });
  await dated.close();
  const scored = (await readRows(output)).map(([row, , , prediction]) => [row, Number(prediction)]);
  expect(scored).toEqual([
    ["1", 12],
    ["2", 1],
    ["6", 17],
  ]);
  const reasons = (await readRows(place("out.rejected.csv"))).map((row) => [row[0], row.at(-1)]);
  expect(reasons).toEqual([
    ["3", expect.stringContaining('"at" is "31.12.2026". A date or time as ISO 8601 has it is required')],
    ["4", '"at" is "1969-12-31". 1970-01-01 to 2033-05-18T03:33:20Z is allowed.'],
    ["5", '"at" is null. A date is required.'],
    ["7", expect.stringContaining('"at" is "2026-02-30"')],
  ]);
});
