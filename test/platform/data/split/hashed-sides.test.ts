import { isOfNumbers, sidesOfNumbers, type NumberRule } from "../../../../platform/data/split/hashed-sides";
import { heldOutCondition } from "../../../../platform/data/split/row-sides";
import type { HashRule, SplitRule } from "../../../../platform/data/split/split-rule";
import { openEngine } from "../../../../platform/sql/open-engine";

const rule: NumberRule = {
  by: "hash",
  hash: "binary",
  seed: 7,
  testFraction: 0.3,
  key: [
    { name: "a", type: "number" },
    { name: "b", type: "number" },
  ],
};

test("rows are on the side that SQL says, missing numbers and the zero below 0 among them", async () => {
  const engine = await openEngine();
  try {
    await engine.run(
      `CREATE TABLE data AS SELECT CASE WHEN range % 5 = 0 THEN NULL WHEN range % 7 = 0 THEN CAST('-0.0' AS DOUBLE)
       ELSE range / 3 END AS a, CASE WHEN range % 11 = 0 THEN CAST(0 AS DOUBLE) ELSE -range END AS b FROM range(6000)`,
    );
    const found: number[] = [];
    for await (const [sides = []] of sidesOfNumbers(engine, rule)) found.push(...sides);
    const expected = await engine.rows(`SELECT ${heldOutCondition(rule, engine.dialect)} AS side FROM data`);
    expect(found).toEqual(expected.map(({ side }) => Number(side)));
    expect(found.filter((side) => side === 1).length / found.length).toBeCloseTo(0.3, 1);
  } finally {
    await engine.close();
  }
});

const texts: HashRule = { by: "hash", seed: 7, testFraction: 0.3, key: rule.key };
test.each<[string, SplitRule, boolean]>([
  ["numbers", rule, true],
  ["the texts of numbers", texts, false],
  ["an id", { ...rule, key: [{ name: "a", type: "number", role: "id" }] }, false],
  ["a category", { ...rule, key: [{ name: "a", type: "category" }] }, false],
  ["classes", { ...rule, strata: { column: { name: "b", type: "number" } } }, false],
  ["rows that were corrected", { ...rule, moved: ["0123456789abcdef"] }, false],
  ["a column", { by: "column", column: "a" }, false],
])("a rule of %s", (_, one, expected) => {
  expect(isOfNumbers(one)).toBe(expected);
});
