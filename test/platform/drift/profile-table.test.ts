import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import type { ColumnProfile } from "../../../platform/drift/profile";
import { profileTable, profileTableAgainst, readQuartiles } from "../../../platform/drift/profile-table";
import { profileNumbers } from "../../../platform/drift/profile-values";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

async function profileColumn(
  type: "number" | "category" | "boolean",
  values: readonly string[],
): Promise<ColumnProfile | undefined> {
  const sqlType = { number: "DOUBLE", category: "VARCHAR", boolean: "BOOLEAN" }[type];
  const rows = values.map((value) => `(CAST(${value} AS ${sqlType}))`).join(", ");
  const profiles = await profileTable(engine, `(VALUES ${rows}) AS t("a ""b")`, [{ name: 'a "b', type }]);
  return profiles['a "b'];
}

const upTo = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));

describe("profileTable", () => {
  test("cuts a hundred numbers into ten bins at the deciles", async () => {
    expect(await profileColumn("number", [...upTo(100), "NULL", "NULL"])).toEqual({
      type: "number",
      count: 100,
      missing: 2,
      mean: 50.5,
      standardDeviation: Math.sqrt((100 ** 2 - 1) / 12),
      min: 1,
      max: 100,
      whole: true,
      edges: [10, 20, 30, 40, 50, 60, 70, 80, 90],
      counts: new Array(10).fill(10),
    });
  });

  test.each([
    ["two values have a bin each, and one for less and one for more", ["1", "2", "2", "1"], [0, 2, 0, 2, 0]],
    ["a constant has a bin of its own between less and more", ["5", "5", "5"], [0, 3, 0]],
    ["one row is a constant", ["-3"], [0, 1, 0]],
    ["zeros are told from what is below", ["0", "0", "1", "1"], [0, 2, 0, 2, 0]],
    ["a value that occurs once is not told from what is near it", ["0", "0", "1"], [0, 2, 1, 0]],
    [
      "few values have a bin each, and one value that is most of the column takes one",
      [...upTo(9), ...upTo(9), ...new Array<string>(21).fill("9")],
      [...upTo(8).flatMap(() => [0, 2]), 0, 23, 0],
    ],
    [
      "one value that is most of a column of many takes one bin between the others",
      [...upTo(30), ...new Array<string>(40).fill("15")],
      [7, 7, 0, 41, 1, 7, 7],
    ],
  ])("%s", async (_, values, counts) => {
    const profile = await profileColumn("number", values);
    const edges = profile?.type === "number" ? profile.edges : [];
    expect(profile).toMatchObject({ counts });
    expect(edges).toEqual([...new Set(edges)].sort((a, b) => a - b));
  });

  test("cuts very many numbers by a sample of them, and counts all, whatever their order", async () => {
    const profileOf = async (value: string): Promise<ColumnProfile | undefined> => {
      const columns = [{ name: "x", type: "number" as const }];
      return (await profileTable(engine, `(SELECT ${value} AS x FROM range(300000)) AS many`, columns)).x;
    };
    const sorted = await profileOf("range");
    expect(await profileOf("range")).toEqual(sorted);
    // A pattern in the rows is none in the sample.
    const pattern = await profileOf("range % 3 * 100000 + range // 3");
    for (const profile of [sorted, pattern]) {
      if (profile?.type !== "number") throw new Error("The profile is none of numbers.");
      const { edges, counts, ...rest } = profile;
      expect(rest).toMatchObject({
        count: 300_000,
        missing: 0,
        mean: 149_999.5,
        min: 0,
        max: 299_999,
        whole: true,
      });
      // Five standard deviations of the share of a sample of 100,000.
      edges.forEach((edge, index) => {
        expect(Math.abs(edge / 300_000 - (index + 1) / 10)).toBeLessThan(5 * Math.sqrt(0.25 / 100_000));
      });
      expect(counts.map((_, bin) => (edges[bin] ?? 299_999) - (edges[bin - 1] ?? -1))).toEqual(counts);
    }
  });

  test("a profile counted against another has what a profile has, and what is outside of the other", async () => {
    const from = "(SELECT range AS x FROM range(50)) AS t";
    const profile = await profileTable(engine, from, [{ name: "x", type: "number" }]);
    const same = { x: { ...profile.x, outside: 0 } };
    expect(await profileTableAgainst(engine, from, profile)).toEqual(same);
    const twice = "(SELECT 2 * range - 30 AS x FROM range(50)) AS t";
    expect(await profileTableAgainst(engine, twice, profile)).toMatchObject({ x: { outside: 15 + 10 } });
  });

  test.each([
    ["whole numbers", ["1", "-2", "NULL"], true],
    ["a half among them", ["1", "-2", "0.5"], undefined],
    ["none", ["NULL"], undefined],
  ])("says of %s whether they all are", async (_, values, whole) => {
    const profile = await profileColumn("number", values);
    expect(profile?.type === "number" ? profile.whole : "no number").toBe(whole);
  });

  test("reads quartiles exactly, also of few values", async () => {
    const from = (values: readonly string[]): string =>
      `(VALUES ${values.map((value) => `(CAST(${value} AS DOUBLE))`).join(", ")}) AS t(x)`;
    // numpy.quantile(range(1, 102), [.25, .5, .75], method="inverted_cdf")
    expect(await readQuartiles(engine, from([...upTo(101), "NULL"]), { name: "x", count: 101 })).toEqual([
      26, 51, 76,
    ]);
    expect(await readQuartiles(engine, from(["7"]), { name: "x", count: 1 })).toEqual([7, 7, 7]);
    expect(await readQuartiles(engine, from(["NULL"]), { name: "x", count: 0 })).toEqual([NaN, NaN, NaN]);
  });

  test("a column with nothing but missing values has no mean and one empty bin", async () => {
    const expected = { type: "number", count: 0, missing: 2, edges: [], counts: [0] };
    expect(await profileColumn("number", ["NULL", "NULL"])).toEqual(expected);
  });

  test("numbers too large to add up have no deviation, and no error", async () => {
    const profile = await profileColumn("number", ["1e300", "-1e300", "3"]);
    expect(profile).toMatchObject({ count: 3, min: -1e300, max: 1e300 });
    expect(profile).not.toHaveProperty("standardDeviation");
  });

  test.each([
    ["category", ["'b'", "'a'", "NULL", "'b'"], { b: 2, a: 1 }, 3],
    [
      "category",
      ["'it''s'", "'constructor'", "'__proto__'"],
      { "it's": 1, constructor: 1, ["__proto__"]: 1 },
      3,
    ],
    ["boolean", ["true", "false", "true"], { true: 2, false: 1 }, 3],
    ["category", ["NULL", "NULL"], {}, 0],
  ] as const)("counts the values of a %s", async (type, values, expected, count) => {
    const profile = await profileColumn(type, values);
    expect(profile).toEqual({
      type: "category",
      count,
      missing: values.length - count,
      values: expected,
      other: 0,
    });
  });

  test("names the hundred most frequent values and sums up the rest", async () => {
    const many = Array.from({ length: 150 }, (_, index) => `'v${index}'`);
    const profile = await profileColumn("category", [...many, "'v149'", "'v149'"]);
    expect(profile).toMatchObject({ count: 152, other: 50, values: { v149: 3, v0: 1 } });
    expect(Object.keys(profile?.type === "category" ? profile.values : {})).toHaveLength(100);
  });

  test("a table without rows has profiles without counts", async () => {
    const profiles = await profileTable(engine, "(SELECT 1 AS x, 'a' AS c WHERE 1 = 0) AS t", [
      { name: "c", type: "category" },
      { name: "x", type: "number" },
    ]);
    expect(profiles).toEqual({
      c: { type: "category", count: 0, missing: 0, values: {}, other: 0 },
      x: { type: "number", count: 0, missing: 0, edges: [], counts: [0] },
    });
  });

  test("of 200 columns keeps each one's own numbers, in order", async () => {
    const names = upTo(200).map((text) => `c${text}`);
    const select = names.map((name, index) => `CAST(range + ${index} AS DOUBLE) AS ${name}`);
    const profiles = await profileTable(
      engine,
      `(SELECT ${select.join(", ")} FROM range(20)) AS t`,
      names.map((name) => ({ name, type: "number" as const })),
    );
    expect(Object.keys(profiles)).toEqual(names);
    expect(Object.values(profiles).map((profile) => profile.type === "number" && profile.min)).toEqual(
      names.map((_, index) => index),
    );
  });

  test("is what profileNumbers says of the same numbers in memory", async () => {
    const values = Array.from({ length: 997 }, (_, index) => Math.round(Math.sin(index) * 5000) / 100);
    const table = await profileColumn("number", [...values.map(String), "NULL"]);
    const { mean = NaN, standardDeviation = NaN, ...exact } = profileNumbers([...values, NaN]);
    expect(table).toMatchObject(exact);
    expect(table).toHaveProperty("mean", expect.closeTo(mean, 12));
    expect(table).toHaveProperty("standardDeviation", expect.closeTo(standardDeviation, 12));
  });
});

describe("profileTableAgainst", () => {
  test("counts new rows into the reference's bins and categories", async () => {
    const reference = await profileTable(
      engine,
      "(SELECT CAST(range AS DOUBLE) AS x, CASE WHEN range < 60 THEN 'a' ELSE 'b' END AS c, range < 30 AS b FROM range(100)) AS t",
      [
        { name: "x", type: "number" },
        { name: "c", type: "category" },
        { name: "b", type: "boolean" },
      ],
    );
    const current = await profileTableAgainst(
      engine,
      "(SELECT * FROM (VALUES (-5.0, 'b', true), (9.0, 'new', true), (9.5, 'b', false), (1e9, NULL, true)) AS v(x, c, b)) AS t",
      reference,
    );
    expect(current.x).toMatchObject({ count: 4, missing: 0, counts: [2, 1, 0, 0, 0, 0, 0, 0, 0, 1] });
    expect(current.x).toHaveProperty("edges", reference.x?.type === "number" && reference.x.edges);
    expect(current.c).toEqual({
      type: "category",
      count: 3,
      missing: 1,
      values: { b: 2, new: 1 },
      other: 0,
    });
    expect(current.b).toEqual({
      type: "category",
      count: 4,
      missing: 0,
      values: { true: 3, false: 1 },
      other: 0,
    });
  });

  test("finds a rare value of the reference behind more than a hundred new ones", async () => {
    const reference = await profileTable(engine, "(VALUES ('known')) AS t(c)", [
      { name: "c", type: "category" },
    ]);
    const values = Array.from({ length: 150 }, (_, index) => `('v${index}'), ('v${index}')`).join(", ");
    const current = await profileTableAgainst(engine, `(VALUES ${values}, ('known')) AS t(c)`, reference);
    expect(current.c).toMatchObject({ count: 301, other: 100, values: { known: 1, v0: 2 } });
  });

  test("a reference with nothing but missing values has one bin for what comes", async () => {
    const reference = { x: { type: "number" as const, count: 0, missing: 5, edges: [], counts: [0] } };
    const current = await profileTableAgainst(engine, "(VALUES (1.0), (2.0)) AS t(x)", reference);
    expect(current.x).toMatchObject({ count: 2, missing: 0, counts: [2] });
  });
});
