import { createHash } from "node:crypto";
import { checkData } from "../../../../platform/data/checks/checks";
import { loadData } from "../../../../platform/data/source";
import { splitData } from "../../../../platform/data/split/split";
import { decideSplitRule } from "../../../../platform/data/split/split-rule";
import { parseModelDefinition, type ModelDefinition } from "../../../../platform/definition/definition";
import { DataFolder } from "../data-folder";

let data: DataFolder;
beforeAll(async () => {
  data = await DataFolder.open();
});
afterAll(() => data.close());

const withId = (type: "number" | "category" | "boolean", more: object = {}): ModelDefinition =>
  parseModelDefinition(
    {
      name: "with-id",
      task: "regression",
      data: "data.csv",
      columns: [
        { name: "key", type, role: "id", ...more },
        { name: "x", type: "number" },
        { name: "y", type: "number", role: "target" },
      ],
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
    },
    "the test",
  );

const types = ["number", "category", "boolean"] as const;

function csvOf(ids: readonly string[]): string {
  return `key,x,y\n${ids.map((id, index) => `${id},${index},${(index * 7) % 11}\n`).join("")}`;
}

const count = 200;
const bigIds = Array.from({ length: count }, (_, index) => String(1234567890123456700n + BigInt(index)));

/** SQL for rows with the given ids, which are an expression of the row's number `i`. */
const select = (id: string): string =>
  `SELECT ${id} AS key, i AS x, (i * 7) % 11 AS y FROM range(${count}) AS t(i)`;

async function keysIn(definition: ModelDefinition, file: string): Promise<unknown[]> {
  await loadData(data.engine, definition, file);
  return (await data.engine.rows("SELECT key FROM data ORDER BY _row")).map(({ key }) => key);
}

describe.each(types)("an id that is declared a %s", (type) => {
  const definition = withId(type);

  test("of 19 digits is its text, in CSV and in Parquet", async () => {
    expect(await keysIn(definition, await data.write("big.csv", csvOf(bigIds)))).toEqual(bigIds);
    const int64 = await data.writeParquet("big.parquet", select("1234567890123456700 + i"));
    expect(await keysIn(definition, int64)).toEqual(bigIds);
    const unsigned = await data.writeParquet(
      "u.parquet",
      select("CAST(18446744073709551000 + i AS UBIGINT)"),
    );
    expect((await keysIn(definition, unsigned))[7]).toBe("18446744073709551007");
  });

  test("repeats nothing when all of them differ, and something when two do not", async () => {
    const file = await data.write("unlike.csv", csvOf(bigIds));
    const found = await checkData(data.engine, definition, await loadData(data.engine, definition, file));
    expect(found.findings).toEqual([]);
    const twice = await data.write("twice.csv", csvOf([...bigIds, bigIds[3] ?? ""]));
    const again = await checkData(data.engine, definition, await loadData(data.engine, definition, twice));
    expect(again.findings).toMatchObject([{ check: "duplicates", column: "key", count: 1 }]);
  });

  test("keeps its zeros, spaces and case", async () => {
    const ids = ["007", "7", "7.0", " 7", "a-1", "A-1", "1e3", "00"];
    expect(await keysIn(definition, await data.write("text.csv", csvOf(ids)))).toEqual(ids);
  });
});

test("an id has no range", () => {
  expect(() => withId("number", { range: [0, 9] })).toThrow(
    'column "key": an id is text as it is written, so it has no range',
  );
});

describe("the split", () => {
  async function heldOut(definition: ModelDefinition, file: string): Promise<number[]> {
    const { engine } = data;
    const source = await loadData(engine, definition, file);
    await splitData({ engine, definition, source }, decideSplitRule(definition, source.header));
    const rows = await data.engine.rows("SELECT _row FROM data WHERE _held_out ORDER BY _row");
    return rows.map(({ _row }) => Number(_row));
  }

  const small = Array.from({ length: count }, (_, index) => String(index));

  test("of numeric ids is the one they always had", async () => {
    const file = await data.write("small.csv", csvOf(small));
    // Worked out by hand: MD5 of "1|<id>.0", as ids declared numbers were split before ids were text.
    const before = small.flatMap((id, index) => {
      const hash = createHash("md5").update(`1|${id}.0`).digest("hex").slice(0, 8);
      return Number.parseInt(hash, 16) < Math.round(0.2 * 2 ** 32) ? [index + 1] : [];
    });
    expect(before.length).toBeGreaterThan(20);
    for (const type of types) expect(await heldOut(withId(type), file)).toEqual(before);
  });

  test.each([
    ["text in CSV", () => data.write("s.csv", csvOf(small))],
    [
      "text in CSV with leading zeros",
      () => data.write("z.csv", csvOf(small.map((id) => id.padStart(9, "0")))),
    ],
    ["text in CSV as pandas writes floats", () => data.write("f.csv", csvOf(small.map((id) => `${id}.0`)))],
    ["VARCHAR in Parquet", () => data.writeParquet("varchar.parquet", select("CAST(i AS VARCHAR)"))],
    ["INT64 in Parquet", () => data.writeParquet("int64.parquet", select("CAST(i AS BIGINT)"))],
    ["INT32 in Parquet", () => data.writeParquet("int32.parquet", select("CAST(i AS INTEGER)"))],
    ["UINT64 in Parquet", () => data.writeParquet("uint64.parquet", select("CAST(i AS UBIGINT)"))],
    ["DOUBLE in Parquet", () => data.writeParquet("double.parquet", select("CAST(i AS DOUBLE)"))],
    ["FLOAT in Parquet", () => data.writeParquet("float.parquet", select("CAST(i AS FLOAT)"))],
    ["DECIMAL in Parquet", () => data.writeParquet("decimal.parquet", select("CAST(i AS DECIMAL(12, 2))"))],
  ])("is the same for ids that are %s", async (_, write) => {
    const expected = await heldOut(withId("category"), await data.write("text.csv", csvOf(small)));
    const file = await write();
    for (const type of types) expect(await heldOut(withId(type), file)).toEqual(expected);
  });

  test("is the same for ids of 19 digits, whatever they are kept in", async () => {
    const expected = await heldOut(withId("category"), await data.write("b.csv", csvOf(bigIds)));
    expect(expected.length).toBeGreaterThan(20);
    const int64 = await data.writeParquet("b.parquet", select("1234567890123456700 + i"));
    for (const type of types) expect(await heldOut(withId(type), int64)).toEqual(expected);
  });

  test("tells ids apart that are no numbers, as it always did", async () => {
    const ids = small.map((id) => `C-${id}`);
    const expected = ids.flatMap((id, index) => {
      const hash = createHash("md5").update(`1|${id}`).digest("hex").slice(0, 8);
      return Number.parseInt(hash, 16) < Math.round(0.2 * 2 ** 32) ? [index + 1] : [];
    });
    expect(await heldOut(withId("category"), await data.write("c.csv", csvOf(ids)))).toEqual(expected);
  });
});
