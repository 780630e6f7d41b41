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
      const value = typedValue(text, type);
      // What is no value of the type comes back as text, or infinite, and is NULL in the engine.
      return typeof value === kinds[type] && value !== Infinity && value !== -Infinity ? value : null;
    });
    expect(texts.map((text, at) => [text, inMemory[at]])).toEqual(
      texts.map((text, at) => [text, rows[at]?.value]),
    );
  });

  test("an empty field is a missing value of every type", () => {
    for (const type of types) expect(typedValue("", type)).toBeNull();
  });
});
