import { setImmediate as nextTurn } from "node:timers/promises";
import type { FeatureTable } from "../../../platform/model/table";
import type { Explanation } from "../../../platform/onnx/explanation";
import { InputTooLarge } from "../../../platform/onnx/input-too-large";
import { explainInTurns } from "../../../scoring/model/explain-in-turns";

const tableOf = (rows: number): FeatureTable => ({
  rows,
  columns: new Map<string, Float64Array | string[]>([
    ["age", Float64Array.from({ length: rows }, (_, row) => row)],
    ["town", Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? "a" : "b"))],
  ]),
});

/** A model that takes `rowMs` for each row; notes how many rows it was asked for at once. */
function model(rowMs: number) {
  const asked: number[] = [];
  const explain = ({ rows, columns }: FeatureTable): Explanation => {
    asked.push(rows);
    for (const end = performance.now() + rows * rowMs; performance.now() < end;);
    const [ages, towns] = [columns.get("age") ?? [], columns.get("town") ?? []];
    const contributions = Float64Array.from({ length: rows * 2 }, (_, at) =>
      at % 2 === 0 ? Number(ages[at >> 1]) : towns[at >> 1] === "a" ? 1 : -1,
    );
    return { scale: "prediction", base: 7, features: ["age", "town"], contributions };
  };
  return { asked, explain };
}

const here = { destroyed: false };

test("the whole is what all at once would be", async () => {
  const { explain, asked } = model(0.02);
  const options = { timeoutMs: 60_000, caller: here };
  expect(await explainInTurns(explain, tableOf(2000), options)).toEqual(model(0).explain(tableOf(2000)));
  expect(asked.reduce((sum, rows) => sum + rows)).toBe(2000);
  expect(await explainInTurns(explain, tableOf(1), options)).toEqual(model(0).explain(tableOf(1)));
});

test("others have their turn between", async () => {
  const { explain } = model(5);
  let explained = false;
  const explaining = explainInTurns(explain, tableOf(60), { timeoutMs: 60_000, caller: undefined });
  void explaining.then(() => (explained = true));
  let turns = 0;
  for (; !explained; turns++) await nextTurn();
  // 300 ms of work, in pieces of 20.
  expect(turns).toBeGreaterThan(8);
});

test("a row that is too large is told by its number in the whole", async () => {
  const explain = (table: FeatureTable): Explanation => {
    const row = [...(table.columns.get("age") ?? [])].indexOf(1500);
    if (row >= 0) throw new InputTooLarge(row, "age", "it is too large.");
    return model(0.02).explain(table);
  };
  await expect(
    explainInTurns(explain, tableOf(2000), { timeoutMs: 60_000, caller: here }),
  ).rejects.toMatchObject({ row: 1500, field: "age", message: "Row 1500: it is too large." });
});

test("it gives up after its time, and when its client has gone", async () => {
  const { explain } = model(5);
  await expect(
    explainInTurns(explain, tableOf(1000), { timeoutMs: 100, caller: here }),
  ).rejects.toMatchObject({
    code: "TIMEOUT",
    message: "Explaining took longer than 100 ms. Send fewer rows.",
  });
  await expect(
    explainInTurns(explain, tableOf(1000), { timeoutMs: 60_000, caller: { destroyed: true } }),
  ).rejects.toMatchObject({ code: "BUSY", details: { reason: "gone" } });
});
