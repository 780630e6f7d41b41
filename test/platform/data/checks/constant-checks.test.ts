import type { ColumnFacts } from "../../../../platform/data/column-facts";
import { checkConstant } from "../../../../platform/data/checks/constant-checks";
import { numbersOnly } from "../definitions";

const [feature, target] = numbersOnly(["x", "y"]).columns as [ColumnFacts["column"], ColumnFacts["column"]];
const facts = (changes: Partial<ColumnFacts>): ColumnFacts[] => [
  { column: feature, missing: 0, mistyped: 0, outside: 0, min: 3, max: 3, ...changes },
];

test("a feature with one value in all rows is told, without the value, which may be personal", () => {
  expect(checkConstant(facts({}), 1200)).toEqual([
    {
      severity: "warning",
      check: "constant",
      column: "x",
      message:
        'Feature "x" has the same value in all 1,200 rows. A model learns nothing from it; leave it out, or correct where it comes from.',
      count: 1200,
    },
  ]);
});

test.each<[string, Partial<ColumnFacts>, number]>([
  ["with two values", { max: 4 }, 100],
  ["that is missing in some rows, which may say something", { missing: 1 }, 100],
  ["of a single row", {}, 1],
  ["that is the target, which has a check of its own", { column: target }, 100],
])("a column %s is none", (_, changes, rows) => {
  expect(checkConstant(facts(changes), rows)).toEqual([]);
});
