import { signatureOf } from "../../../platform/model/signature";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { featureBlocks } from "../../../platform/model/feature-blocks";
import { definitionOf } from "../../training/trainers/rows";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const signature = signatureOf(
  definitionOf(
    [
      { name: "x", type: "number", nullable: true },
      { name: "vip", type: "boolean" },
      { name: "port", type: "category", nullable: true },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 1 },
  ),
);

async function blocksOf(values: string) {
  const from = `(VALUES ${values}) AS v (x, vip, port, y)`;
  const blocks = [];
  for await (const block of featureBlocks(engine, { from, signature, further: ["y + 1"] }))
    blocks.push(block);
  return blocks;
}

test("rows become the tables that a model takes", async () => {
  expect(await blocksOf("(1.5, TRUE, 'O''Hare', 1), (NULL, FALSE, NULL, 2), (-3, TRUE, 'é', NULL)")).toEqual([
    {
      table: {
        rows: 3,
        columns: new Map<string, unknown>([
          ["x", new Float64Array([1.5, NaN, -3])],
          ["vip", new Uint8Array([1, 0, 1])],
          ["port", ["O'Hare", "", "é"]],
        ]),
      },
      further: [new Float64Array([2, 3, NaN])],
    },
  ]);
});

test.each([
  ["a boolean that is missing", "(1, TRUE, 'a', 1), (1, NULL, 'a', 1)", '"vip" is missing'],
  ["a text with a NUL", "(1, TRUE, 'a' || chr(0) || 'b', 1)", '"port" is "a\\u0000b"'],
])("%s is refused", async (_, values, fault) => {
  await expect(blocksOf(values)).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining(fault) as string,
  });
});
