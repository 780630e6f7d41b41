import { differences } from "../../../cli/runs/differences";

test.each<[string, unknown, unknown, unknown]>([
  ["equal values", { a: [1, 2] }, { a: [1, 2] }, []],
  ["a value", { a: 1, b: 2 }, { a: 1, b: 3 }, [{ path: "b", a: 2, b: 3 }]],
  ["a value that one side lacks", { a: 1 }, { a: 1, b: false }, [{ path: "b", b: false }]],
  [
    "a value within",
    { gate: { metric: "auc" } },
    { gate: { metric: "f1" } },
    [{ path: "gate.metric", a: "auc", b: "f1" }],
  ],
  ["the order of columns", [{ name: "x" }, { name: "y" }], [{ name: "y" }, { name: "x" }], []],
  [
    "a column that came, and one that changed",
    { columns: [{ name: "x", type: "number" }] },
    { columns: [{ name: "z" }, { name: "x", type: "category" }] },
    [
      { path: "columns.x.type", a: "number", b: "category" },
      { path: "columns.z", b: { name: "z" } },
    ],
  ],
  [
    "a list without names, as a whole",
    { weights: [5, 25] },
    { weights: [25] },
    [{ path: "weights", a: [5, 25], b: [25] }],
  ],
  [
    "columns that were all removed",
    { columns: [{ name: "x" }] },
    { columns: [] },
    [{ path: "columns", a: [{ name: "x" }], b: [] }],
  ],
  ["another type", { a: { b: 1 } }, { a: null }, [{ path: "a", a: { b: 1 }, b: null }]],
])("finds %s", (_, a, b, found) => {
  expect(differences(a, b)).toEqual(found);
});
