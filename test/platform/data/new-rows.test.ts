import { findNewRows } from "../../../platform/data/new-rows";
import { loadData } from "../../../platform/data/source";
import { parseModelDefinition } from "../../../platform/definition/definition";
import type { SqlRow } from "../../../platform/sql/engine";
import { DataFolder } from "./data-folder";

let data: DataFolder;
beforeAll(async () => {
  data = await DataFolder.open();
});
afterAll(() => data.close());

const withColumns = (...more: object[]) =>
  parseModelDefinition(
    {
      name: "towns",
      task: "classification",
      data: "data.csv",
      columns: [
        { name: "age", type: "number", nullable: true },
        { name: "town", type: "category", nullable: true },
        { name: "ill", type: "boolean", role: "target" },
        ...more,
      ],
      trainer: { kind: "logistic", l2: 1 },
      gate: { metric: "auc" },
    },
    "the test",
  );

async function newAmong(text: string, rows: SqlRow[], ...more: object[]) {
  const definition = withColumns(...more);
  await loadData(data.engine, definition, await data.write("d.csv", text));
  return findNewRows(data.engine, definition, rows);
}

const ulm = { age: 33.5, town: "Ulm", ill: true };

test("without ids a row is there when all of its values are, however they are written", async () => {
  const fresh = { ...ulm, age: 33.25 };
  const empty = { age: null, town: null, ill: false };
  const found = await newAmong("age,town,ill\n33.50,Ulm,1\n33.50,Ulm,1\n,,0\n", [
    ulm,
    { ...ulm },
    empty,
    fresh,
    { ...fresh, ill: false },
    { ...fresh },
  ]);
  expect(found).toEqual({ rows: [fresh, { ...fresh, ill: false }], present: 4, differing: 0 });
});

test("the weight of a row does not make it another", async () => {
  const found = await newAmong("age,town,ill,times\n33.5,Ulm,1,2\n", [{ ...ulm, times: 1 }], {
    name: "times",
    type: "number",
    role: "weight",
  });
  expect(found).toEqual({ rows: [], present: 1, differing: 0 });
});

test.each(["number", "category"])(
  "with ids (%s) a row is there when its id is, as it is written",
  async (type) => {
    const rows = [
      { ...ulm, key: "1234567890123456789" },
      { ...ulm, key: "r/0", ill: false },
      { ...ulm, key: "r/1" },
      { ...ulm, key: "7" },
    ];
    const text =
      "key,age,town,ill\n1234567890123456789,33.5,Ulm,1\n1234567890123456788,33.5,Ulm,1\nr/0,33.5,Ulm,1\n007,33.5,Ulm,1\n";
    const found = await newAmong(text, rows, { name: "key", type, role: "id" });
    expect(found).toEqual({ rows: [rows[2], rows[3]], present: 2, differing: 1 });
  },
);
