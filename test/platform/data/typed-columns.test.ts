import type { DataFormat } from "../../../platform/definition/definition";
import { typedColumn, typedValue } from "../../../platform/data/typed-columns";
import { literal, type SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";

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

  test.each(types)("as a %s", async (type) => {
    const sql = typedColumn({ name: "x", type }, engine.dialect);
    const rows = await engine.rows(`SELECT ${sql} AS value FROM texts ORDER BY position`);
    const kinds = { number: "number", boolean: "boolean", category: "string" };
    const inMemory = texts.map((text) => {
      const value = typedValue(text, { type });
      // What is no value of the type comes back as text, or infinite, and is NULL in the engine.
      return typeof value === kinds[type] && value !== Infinity && value !== -Infinity ? value : null;
    });
    expect(texts.map((text, at) => [text, inMemory[at]])).toEqual(
      texts.map((text, at) => [text, rows[at]?.value]),
    );
  });

  const formats: DataFormat[] = [
    { decimal: ",", missing: [] },
    { decimal: ",", thousands: ".", missing: [] },
    { decimal: ",", thousands: " ", missing: [] },
    { decimal: ".", thousands: ",", missing: [] },
    { decimal: ".", thousands: "'", missing: [] },
  ];
  const numbers = [
    ...[
      "1,5",
      "1.5",
      "1.234",
      "1,234",
      "1.234,5",
      "1,234.5",
      "1 234,5",
      "1\u00a0234",
      "1\u202f234,5",
      "1'234",
      "1’234.5",
    ],
    ...[
      "0,123",
      "0.123",
      "1.23",
      "12,34,567",
      "1,,234",
      ",5",
      "-1.234",
      "1e3",
      "1,5e-7",
      "1.234e3",
      "?5",
      "1?5",
      "1 2",
    ],
  ];

  test.each(formats)("as a number that is written with %j", async (format) => {
    const sql = typedColumn({ name: "x", type: "number" }, engine.dialect, format);
    for (const text of numbers) {
      const [row] = await engine.rows(`SELECT ${sql} AS value FROM (SELECT ${literal(text)} AS x) AS t`);
      const value = typedValue(text, { type: "number" }, format);
      expect([text, typeof value === "number" ? value : null]).toEqual([text, row?.value]);
    }
  });

  test("as a boolean that may be missing", async () => {
    const column = { name: "x", type: "category", values: ["false", "true"] } as const;
    const sql = typedColumn({ ...column, values: [...column.values] }, engine.dialect);
    for (const text of [" True", "0", "1 ", "FALSE", "no", "2"]) {
      const [row] = await engine.rows(`SELECT ${sql} AS value FROM (SELECT ${literal(text)} AS x) AS t`);
      const value = typedValue(text, { type: "category", values: [...column.values] });
      expect([text, String(value)]).toEqual([text, row?.value]);
    }
  });

  test("a text that means that a value is missing is one of no type, unless it is among the values", () => {
    const format: DataFormat = { decimal: ".", missing: ["NA", " "] };
    for (const type of types) expect(typedValue(" NA ", { type }, format)).toBeNull();
    expect(typedValue("  ", { type: "number" }, format)).toBeNull();
    expect(typedValue("NA", { type: "category", values: ["NA", "ZA"] }, format)).toBe("NA");
    expect(typedValue("NA", { type: "category" })).toBe("NA");
  });

  test("an empty field is a missing value of every type", () => {
    for (const type of types) expect(typedValue("", { type })).toBeNull();
  });
});
