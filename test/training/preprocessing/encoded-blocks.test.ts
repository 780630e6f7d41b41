import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { encodedBlocks } from "../../../training/preprocessing/encoded-blocks";
import type { Preprocessing } from "../../../training/preprocessing/preprocessing";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const parts: Preprocessing = [
  { kind: "number", column: "x", imputation: 4, mean: 2, scale: 2 },
  { kind: "category", column: "k", imputation: "it's", values: ["a", "it's", ""] },
  { kind: "boolean", column: "b" },
  { kind: "category", column: "l", values: ["p", "q"] },
];

test("rows are encoded as the preprocessing says, in their order", async () => {
  const values =
    "(1, 'a', TRUE, 'q'), (NULL, NULL, FALSE, 'other'), (8, '', NULL, NULL), (2, 'é', TRUE, 'p')";
  const from = `(VALUES ${values}) AS v (x, k, b, l)`;
  const blocks = [];
  for await (const block of encodedBlocks(engine, { from, parts, further: ["x * 2"] })) blocks.push(block);
  expect(blocks).toEqual([
    {
      rows: 4,
      dense: [
        { at: 0, values: new Float64Array([-0.5, 1, 3, 0]) },
        { at: 4, values: new Float64Array([1, 0, 0, 1]) },
      ],
      categories: [new Int32Array([1, 2, 3, -1]), new Int32Array([6, -1, -1, 5])],
      further: [new Float64Array([2, NaN, 16, 4])],
    },
  ]);
});

test("many rows come in blocks", async () => {
  const from = "(SELECT range AS x, 'a' AS k, TRUE AS b, 'p' AS l FROM range(10000)) AS many";
  const found: number[] = [];
  let count = 0;
  for await (const { dense, rows } of encodedBlocks(engine, { from, parts, further: [] })) {
    found.push(...(dense[0]?.values ?? []));
    expect(rows).toBeLessThan(10_000);
    count += 1;
  }
  expect(count).toBeGreaterThan(1);
  expect(found).toEqual(Array.from({ length: 10_000 }, (_, row) => (row - 2) / 2));
});
