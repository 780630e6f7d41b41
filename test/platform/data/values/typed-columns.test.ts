import type { DataFormat } from "../../../../platform/definition/definition";
import { typedColumn, typedValue } from "../../../../platform/data/values/typed-columns";
import { literal, type SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";

describe("a field's text is the same value in memory as in the engine", () => {
  const texts = [
    ...["12", "-0.5", "+3", ".5", "5.", "1e-3", "2E+05", "0.1", "12345678901234567890", "-0", "00", "007"],
    ...[
      "1.7976931348623157e308",
      "1e400",
      "-1e400",
      "1e-400",
      "5e-324",
      "inf",
      "nan",
      "NaN",
      "0x10",
      "1_000",
    ],
    ...["1e", ".", "+", "--1", "1.2.3", "1d", "12%", "NULL", "٣", "1\u00a0", "\u00a01"],
    ...[" 33.5", "33.5 ", "\t1", "1\n", " 1", "0 ", " true", "false ", "\u3000東京", " 東京", "東京 "],
    ...[
      "1,234",
      "1,234.5",
      "1.234,5",
      "1.234",
      "1 234",
      "1\u00a0234,5",
      "1'234.5",
      "1,23",
      "12,34,567",
      "1.234.567",
    ],
    ...["true", "TRUE", "True", "false", "FALSE", "t", "f", "yes", "no", "1", "0", "01", "1.0", "TRUE\u0130"],
  ];
  const types = ["number", "boolean", "category"] as const;
  let engine: SqlEngine;
  beforeAll(async () => {
    engine = await openEngine();
    await engine.run(
      `CREATE TABLE texts AS SELECT * FROM (VALUES ${texts.map((text, at) => `(${at}, ${literal(text)})`).join()}) AS t(position, x)`,
    );
  });
  afterAll(() => engine.close());

  const formats = [
    undefined,
    { decimal: ".", missing: [] },
    { decimal: ".", thousands: ",", missing: [] },
    { decimal: ",", thousands: ".", missing: [] },
    { decimal: ",", thousands: " ", missing: [] },
    { decimal: ".", thousands: "'", missing: [] },
  ] as const satisfies (DataFormat | undefined)[];
  const cases = types.flatMap((type) => formats.map((format) => [type, format] as const));

  test.each(cases)("as a %s in the format %j", async (type, format) => {
    const sql = typedColumn({ name: "x", type }, engine.dialect, { format });
    const rows = await engine.rows(`SELECT ${sql} AS value FROM texts ORDER BY position`);
    const kinds = { number: "number", boolean: "boolean", category: "string" };
    const inMemory = texts.map((text) => {
      const value = typedValue(text, { type }, format);
      // What is no value of the type comes back as text, or infinite, and is NULL in the engine.
      return typeof value === kinds[type] && value !== Infinity && value !== -Infinity ? value : null;
    });
    expect(texts.map((text, at) => [text, inMemory[at]])).toEqual(
      texts.map((text, at) => [text, rows[at]?.value]),
    );
  });

  test("of plain texts the engine takes those for numbers that are in decimal notation, and no others", async () => {
    const parts = [
      "0",
      "1",
      "9",
      "+",
      "-",
      ".",
      "e",
      "E",
      "inf",
      "nan",
      "x",
      "d",
      "f",
      "L",
      ",",
      " ",
      "(",
      "\u0663",
      "\u2212",
    ];
    let state = 7;
    const next = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    const random = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 1 + next(7) }, () => parts[next(parts.length)] ?? "").join(""),
    );
    const plain = [...random, ...texts].filter((text) => !/[_\t\n\u00a0\u3000]|\+-/.test(text));
    const rows = plain.map((text, at) => `(${at}, ${literal(text)})`).join();
    const column = { name: "x", type: "number" } as const;
    const differing = await engine.rows(
      `SELECT x FROM (VALUES ${rows}) AS t(position, x) WHERE ${typedColumn(column, engine.dialect)} ` +
        `IS DISTINCT FROM ${typedColumn(column, engine.dialect, { isPlain: true })}`,
    );
    expect(differing).toEqual([]);
  });

  test("an empty field is a missing value of every type", () => {
    for (const type of types) expect(typedValue("", { type })).toBeNull();
  });

  test("a text that means missing is missing, unless it is one of the values or the column is an id", () => {
    const format: DataFormat = { decimal: ".", missing: ["NA", "-"] };
    expect(typedValue(" NA ", { type: "number" }, format)).toBeNull();
    expect(typedValue("-", { type: "category" }, format)).toBeNull();
    expect(typedValue("-", { type: "category", values: ["-", "+"] }, format)).toBe("-");
    expect(typedValue("NA", { type: "category", role: "id" }, format)).toBe("NA");
  });

  test("a category that is a boolean takes what a boolean takes", () => {
    const column = { type: "category", values: ["false", "true"] } as const;
    expect(
      ["True", " 0", "x"].map((text) => typedValue(text, { ...column, values: [...column.values] })),
    ).toEqual(["true", "false", "x"]);
  });
});
