import { parseModelDefinition, type ModelDefinitionInput } from "../../../../platform/definition/definition";
import { checkValues } from "../../../../platform/data/checks/value-checks";
import { readColumnFacts } from "../../../../platform/data/column-facts";
import type { Finding } from "../../../../platform/data/findings";
import { loadData } from "../../../../platform/data/source";
import { DataFolder } from "../data-folder";

let data: DataFolder;
beforeEach(async () => {
  data = await DataFolder.open();
});
afterEach(() => data.close());

async function findingsOf(column: ModelDefinitionInput["columns"][number], text: string): Promise<Finding[]> {
  const definition = parseModelDefinition(
    {
      name: "one-column",
      task: "regression",
      data: "data.csv",
      columns: [column, { name: "y", type: "number", role: "target" }],
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
    },
    "the test",
  );
  const { rows } = await loadData(data.engine, definition, await data.write("d.csv", text));
  const facts = await readColumnFacts(data.engine, definition.columns, rows);
  return checkValues(data.engine, definition, facts, rows);
}

test.each<[string, "refuse" | "warn" | undefined, Finding["severity"], RegExp]>([
  ["as an error", undefined, "error", /is outside 0 to 9 in 1 row .*Correct the values/],
  ["as an error, when that is said", "refuse", "error", /Correct the values/],
  [
    "as a warning",
    "warn",
    "warning",
    /is outside 0 to 9 in 1 row \(it goes from 3 to 12\)\. Such a value is taken/,
  ],
])("a number outside of its range is found %s", async (_, outside, severity, message) => {
  const column = { name: "x", type: "number", range: [0, 9], ...(outside && { outside }) } as const;
  expect(await findingsOf({ ...column, range: [0, 9] }, "x,y\n3,1\n12,2\n")).toEqual([
    {
      severity,
      check: "range",
      column: "x",
      message: expect.stringMatching(message) as string,
      count: 1,
      examples: [{ row: 2, value: "12" }],
    },
  ]);
});

test("a value that no list has is found as a warning where it is taken", async () => {
  const column = { name: "x", type: "category", values: ["a"], outside: "warn" } as const;
  expect(await findingsOf({ ...column, values: ["a"] }, "x,y\na,1\nb,2\n")).toMatchObject([
    {
      severity: "warning",
      check: "values",
      message: expect.stringMatching(/Such a value is taken/) as string,
    },
  ]);
});

test("a boolean that may be missing is written in every way of a boolean, or not at all", async () => {
  const column = { name: "x", type: "boolean", nullable: true } as const;
  expect(await findingsOf(column, "x,y\nTrue,1\n,2\n0,3\nfalse,4\n 1,5\n")).toEqual([]);
  expect(await data.engine.rows("SELECT x FROM data ORDER BY _row")).toEqual(
    ["true", null, "false", "false", "true"].map((x) => ({ x })),
  );
  expect(await findingsOf(column, "x,y\nyes,1\n,2\n")).toMatchObject([{ check: "values", count: 1 }]);
});
