import { existsSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDbEngine } from "../../../../platform/sql/duckdb/duckdb-engine";
import { identifier, literal } from "../../../../platform/sql/engine";
import { rowsWhere } from "../../../../platform/sql/rows-where";

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open();
});
afterAll(() => engine.close());

test.each<[string, unknown]>([
  ["42", 42],
  ["CAST(9007199254740991 AS BIGINT)", Number.MAX_SAFE_INTEGER],
  ["CAST(12 AS HUGEINT)", 12],
  ["1.5", 1.5],
  ["CAST(-0.07 AS DECIMAL(38, 9))", -0.07],
  ["CAST('1e-300' AS DOUBLE)", 1e-300],
  ["'text'", "text"],
  ["TRUE", true],
  ["NULL", null],
  ["DATE '2024-02-29'", "2024-02-29"],
])("%s comes back as a plain value", async (sql, expected) => {
  expect(await engine.rows(`SELECT ${sql} AS x`)).toEqual([{ x: expected }]);
});

test.each(['say "hi"', "it's", "a;b -- c", "ü€😀", "back\\slash"])(
  "%p can be a name and a text",
  async (text) => {
    expect(await engine.rows(`SELECT ${literal(text)} AS ${identifier(text)}`)).toEqual([{ [text]: text }]);
  },
);

test("statements run at once each get their own rows", async () => {
  const sums = Array.from({ length: 20 }, (_, index) => engine.rows(`SELECT ${index} AS n FROM range(5000)`));
  for (const [index, rows] of (await Promise.all(sums)).entries()) {
    expect(rows).toHaveLength(5000);
    expect(rows[4999]).toEqual({ n: index });
  }
});

test("blocks give doubles by column, in order, NULL as NaN, whatever the numbers' types", async () => {
  const from =
    "(SELECT range AS n, CASE WHEN range % 2 = 0 THEN CAST(range AS DECIMAL(18, 2)) / 4 END AS x FROM range(10000)) AS t";
  const [found, others]: [number[], number[]] = [[], []];
  for await (const [n = [], x = []] of engine.blocks(["n", "x"], from)) {
    found.push(...n);
    others.push(...x);
  }
  expect(found).toEqual(Array.from({ length: 10_000 }, (_, row) => row));
  expect(others.slice(0, 5)).toEqual([0, NaN, 0.5, NaN, 1]);
});

describe("blocks that are asked for again", () => {
  const sumsOf = async (columns: string[], from = "repeated"): Promise<number[]> => {
    const sums = columns.map(() => 0);
    let rows = 0;
    for await (const block of engine.blocks(columns, from)) {
      block.forEach((values, column) => {
        for (const value of values) sums[column] = (sums[column] ?? 0) + value;
        // Readers change blocks in their place.
        values.fill(-1);
      });
      rows += block[0]?.length ?? 0;
    }
    return [rows, ...sums];
  };

  test("are the same, in any combination of columns, however often", async () => {
    await engine.run(
      "CREATE OR REPLACE TABLE repeated AS SELECT range AS n, 2 * range AS m FROM range(10000)",
    );
    const [n, m] = [49_995_000, 99_990_000];
    expect(await sumsOf(["n"])).toEqual([10_000, n]);
    expect(await sumsOf(["n"])).toEqual([10_000, n]);
    expect(await sumsOf(["m", "n", "m"])).toEqual([10_000, m, n, m]);
    expect(await sumsOf(["n", "n + m"])).toEqual([10_000, n, n + m]);
    expect(await sumsOf(["n + m", "m", "n"])).toEqual([10_000, n + m, m, n]);
    expect(await sumsOf(["n"], "(SELECT * FROM repeated WHERE n < 0) AS none")).toEqual([0, 0]);
  });

  test("are those of the table as it is now", async () => {
    for (const rows of [5, 6, 7]) {
      await engine.run(`CREATE OR REPLACE TABLE repeated AS SELECT 1 AS n FROM range(${rows})`);
      for (let again = 0; again < 3; again++) expect(await sumsOf(["n"])).toEqual([rows, rows]);
    }
  });

  test("are read to their end while the table changes, and by several at once", async () => {
    await engine.run("CREATE OR REPLACE TABLE repeated AS SELECT range AS n FROM range(20000)");
    for (let again = 0; again < 3; again++) {
      let rows = 0;
      for await (const [n = []] of engine.blocks(["n"], "repeated")) {
        rows += n.length;
        await engine.run("CREATE OR REPLACE TABLE other AS SELECT 1 AS x");
      }
      expect(rows).toBe(20_000);
    }
    const sums = await Promise.all(Array.from({ length: 4 }, () => sumsOf(["n"])));
    expect(sums).toEqual(sums.map(() => [20_000, 199_990_000]));
    expect(await sumsOf(["n"])).toEqual([20_000, 199_990_000]);
  });

  test("were not kept by a reader that stopped early", async () => {
    await engine.run("CREATE OR REPLACE TABLE repeated AS SELECT range AS n FROM range(20000)");
    for (let again = 0; again < 3; again++) {
      for await (const [n = []] of engine.blocks(["n"], "repeated")) {
        expect(n[1]).toBe(1);
        break;
      }
    }
    expect(await sumsOf(["n"])).toEqual([20_000, 199_990_000]);
  });
});

describe("blocks of the rows that meet a condition", () => {
  const numbersOf = async (condition: string): Promise<number[]> => {
    const found: number[] = [];
    for await (const [n = []] of engine.blocks(["n"], rowsWhere("conditions", condition))) found.push(...n);
    return found;
  };
  const make = (rows: number): Promise<void> =>
    engine.run(`CREATE OR REPLACE TABLE conditions AS SELECT range AS n FROM range(${rows})`);

  test.each(["n % 3 = 1", "n < 4096", "n > 4000", "n < 0", "TRUE", "NULLIF(n, 5) >= 4"])(
    "where %s",
    async (condition) => {
      await make(20_000);
      const rows = await engine.rows(`SELECT n FROM conditions WHERE ${condition}`);
      // Asked for by the engine at first, then from what it stored.
      for (let again = 0; again < 3; again++)
        expect(await numbersOf(condition)).toEqual(rows.map(({ n }) => n));
    },
  );

  test("are of one size but for the last", async () => {
    await make(20_000);
    const sizes: number[] = [];
    for await (const [n = []] of engine.blocks(["n"], rowsWhere("conditions", "n % 2 = 0")))
      sizes.push(n.length);
    expect(sizes).toEqual([4096, 4096, 1808]);
  });

  test("are forgotten by a statement, unless it is said to change nothing", async () => {
    await make(3);
    for (let again = 0; again < 3; again++) expect(await numbersOf("n > 0")).toEqual([1, 2]);
    await engine.run("INSERT INTO conditions VALUES (9)", { changes: false });
    expect(await numbersOf("n > 0")).toEqual([1, 2]);
    await engine.run("INSERT INTO conditions VALUES (8)");
    expect(await numbersOf("n > 0")).toEqual([1, 2, 9, 8]);
  });
});

test("a view is filled from blocks, those of a query among them, and replaces one of its name", async () => {
  const rows = await engine.fill(
    "filled",
    ["n", "half"],
    engine.blocks(["range", "range / 2.0"], "range(5000)"),
  );
  expect(rows).toBe(5000);
  async function* large(): AsyncGenerator<Float64Array[]> {
    yield [Float64Array.from({ length: 5000 }, (_, row) => row), new Float64Array(5000).fill(NaN)];
    yield [new Float64Array(), new Float64Array()];
    yield await Promise.resolve([new Float64Array([7]), new Float64Array([8])]);
  }
  expect(await engine.rows("SELECT count(*) AS n, max(half) AS half FROM filled")).toEqual([
    { n: 5000, half: 2499.5 },
  ]);
  expect(await engine.fill("filled", ["n", "half"], large())).toBe(5001);
  const beside = engine.besideEachOther("(SELECT range AS r FROM range(5001)) AS t", "filled");
  expect(
    await engine.rows(
      `SELECT count(CASE WHEN r = n AND isnan(half) THEN 1 END) AS same, max(r) AS last FROM (${beside}) AS b`,
    ),
  ).toEqual([{ same: 5000, last: 5000 }]);
});

test("a filled column of 1 and 0 becomes a table of truth values, and what is known of it counts rows", async () => {
  async function* blocks(): AsyncGenerator<Float64Array[]> {
    for (const rows of [4096, 1000])
      yield await Promise.resolve([Float64Array.from({ length: rows }, (_, row) => Number(row % 3 === 0))]);
  }
  await engine.fill("marks", ["is_third"], blocks());
  await engine.tabulate("marks", "is_third", { table: "thirds" });
  const found = await engine.rows(
    "SELECT count(*) AS n, count(CASE WHEN is_third THEN 1 END) AS t, min(is_third) AS a FROM thirds",
  );
  const thirds = 1366 + 334;
  expect(found).toEqual([{ n: 5096, t: thirds, a: false }]);
  await engine.run(engine.dialect.createView("marked", "SELECT is_third FROM thirds"));
  engine.shareBlocks("marks", "marked");
  const rows = jest.spyOn(engine, "rows");
  expect(await engine.count(rowsWhere("marked", "NOT is_third"))).toBe(5096 - thirds);
  expect(rows).not.toHaveBeenCalled();
  expect(engine.summaryOf("marked", "is_third")?.sum).toBe(thirds);
  expect(engine.filledValues("marked", ["is_third"], [0, 1, 4096])).toEqual([Float64Array.of(1, 0, 1)]);
  await engine.run("CREATE TABLE another AS SELECT 1 AS a");
  expect(engine.summaryOf("marked", "is_third")).toBeUndefined();
  expect(await engine.count(rowsWhere("marked", "is_third"))).toBe(thirds);
  expect(rows).toHaveBeenCalledTimes(1);
  rows.mockRestore();
  await expect(engine.tabulate("none", "x", { table: "t" })).rejects.toThrow("There is no filled view none.");
});

test("a relation with the columns of a filled view gives its blocks, until a table changes", async () => {
  async function* blocks(): AsyncGenerator<Float64Array[]> {
    yield await Promise.resolve([Float64Array.of(1, NaN, 3)]);
  }
  const xs = async (): Promise<number[]> => {
    const found: number[] = [];
    for await (const [x = []] of engine.blocks(["x"], "shown")) found.push(...x);
    return found;
  };
  await engine.fill("shared", ["x"], blocks());
  // The relation has other values, so that it is seen where they come from.
  await engine.run("CREATE OR REPLACE VIEW shown AS SELECT x + 1 AS x FROM shared");
  engine.shareBlocks("shared", "shown");
  expect(await xs()).toEqual([1, NaN, 3]);
  await engine.run("CREATE OR REPLACE TABLE changed AS SELECT 1 AS x");
  expect(await xs()).toEqual([2, NaN, 4]);
  expect(await engine.fill("shared", ["x"], engine.blocks(["x"], "shown"))).toBe(3);
  expect(await engine.rows("SELECT x FROM shared WHERE NOT isnan(x)")).toEqual([{ x: 2 }, { x: 4 }]);
});

(existsSync("/dev/full") ? test : test.skip)("a file that there is no room for is named", async () => {
  const numbers = "SELECT range AS n, hash(range) AS h FROM range(1000000)";
  await expect(engine.writeCsv(numbers, "/dev/full", "n,h")).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: "There is no room for /dev/full. Free some space on its disk, or name a file on another.",
  });
});

describe("chunks", () => {
  test("give all rows in order while other statements run", async () => {
    await engine.run("CREATE OR REPLACE TABLE numbers AS SELECT range AS n FROM range(10000)");
    let next = 0;
    for await (const chunk of engine.chunks("SELECT n FROM numbers ORDER BY n")) {
      await engine.run("CREATE OR REPLACE TABLE other AS SELECT 1 AS x");
      for (const { n } of chunk) expect(n).toBe(next++);
    }
    expect(next).toBe(10_000);
  });

  test("can be left early", async () => {
    for await (const chunk of engine.chunks("SELECT range AS n FROM range(1000000)")) {
      expect(chunk[0]).toEqual({ n: 0 });
      break;
    }
    expect(await engine.rows("SELECT 1 AS x")).toEqual([{ x: 1 }]);
  });

  test("of no rows are none", async () => {
    const chunks = [];
    for await (const chunk of engine.chunks("SELECT 1 AS x WHERE FALSE")) chunks.push(chunk);
    expect(chunks).toEqual([]);
  });
});

test("what does not fit memory is in a folder that is removed on close", async () => {
  const small = await DuckDbEngine.open(40);
  const [settings] = await small.rows("SELECT current_setting('temp_directory') AS spill");
  const folder = path.dirname(String(settings?.spill));
  expect(path.dirname(folder)).toBe(tmpdir());
  // Nobody else may read it, and a process that is killed leaves no data behind.
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual([]);
  await small.run(
    "CREATE TABLE big AS SELECT range AS n, md5(CAST(range AS STRING)) AS text FROM range(1200000)",
  );
  expect(readdirSync(folder)).not.toEqual([]);
  // More than memory, sorted: that takes room beside the table.
  const [first] = await small.rows("SELECT text, n FROM big ORDER BY text LIMIT 1 OFFSET 1199999");
  expect(String(first?.text)).toMatch(/^fffff/);
  expect(await small.rows("SELECT count(*) AS n FROM big")).toEqual([{ n: 1_200_000 }]);
  await small.close();
  expect(existsSync(folder)).toBe(false);
});

test("where nothing may be written, as in a container with a read-only root, memory has all", async () => {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = "/proc/nowhere";
  try {
    const inMemory = await DuckDbEngine.open();
    await inMemory.run("CREATE TABLE numbers AS SELECT range AS n FROM range(100000)");
    expect(await inMemory.rows("SELECT sum(n) AS total FROM numbers")).toEqual([{ total: 4_999_950_000 }]);
    await inMemory.close();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
});

test("a statement that needs more memory than there is says so", async () => {
  const small = await DuckDbEngine.open(20);
  const statement = small.run(
    "CREATE TABLE big AS SELECT list(md5(CAST(range AS STRING))) AS x FROM range(2000000)",
  );
  await expect(statement).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: expect.stringMatching(
      /^The data does not fit memory, and .* has no room for the rest\. Free some space/,
    ),
  });
  await small.close();
});

test("a statement that is wrong fails as what it is: a bug", async () => {
  await expect(engine.rows("SELECT nothing FROM nowhere")).rejects.not.toHaveProperty("code");
});
