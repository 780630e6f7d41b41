import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadData } from "../../../../platform/data/source";
import { parseModelDefinition, type ModelDefinition } from "../../../../platform/definition/definition";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-numbers-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string): Promise<void> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

const rows = (): Promise<unknown[]> => engine.rows("SELECT * FROM data ORDER BY _row");

describe("numbers of CSV that are read on the way", () => {
  const texts = [
    ...[
      "1",
      "-2.5",
      "+3",
      " 4 ",
      "\u00a05",
      ".5",
      "6.",
      "7e2",
      "8E-2",
      "-0",
      '"9.25"',
      '" 10"',
      "0.1",
      "12345678901234567890",
    ],
    ...["0.000000000000000000000123", "1.7976931348623157e308", "1e309", "5e-324", "-1e-400"],
    ...[
      "",
      '""',
      "NA",
      " NA",
      "nan",
      "inf",
      "-Infinity",
      "1_0",
      "+-1",
      "1d",
      "0x1f",
      "1e",
      ".",
      "1 2",
      "1,5",
      '"1""5"',
      "true",
      "ä",
    ],
  ].map((text) => (text.includes(",") ? `"${text}"` : text));
  const lines = (many: number): string =>
    Array.from(
      { length: many },
      (_, row) => `${texts[row % texts.length]},${row % 3 === 0 ? `"k, ${row}"` : "k"},${row}`,
    ).join("\n");
  /** A token that is a number keeps numbers from being read on the way. */
  const definitionOf = (missing: readonly string[], withText: boolean): ModelDefinition =>
    parseModelDefinition(
      {
        name: "read",
        task: "regression",
        data: "data.csv",
        columns: [
          { name: "x", type: "number", nullable: true },
          ...(withText ? [{ name: "k", type: "category" } as const] : []),
          { name: "y", type: "number", role: "target" },
        ],
        format: { missing: ["NA", ...missing] },
        trainer: { kind: "ridge", alpha: 1 },
        gate: { metric: "rmse" },
      },
      "read",
    );

  test.each([
    { withText: false, files: ["in.csv"] },
    { withText: true, files: ["in.csv"] },
    { withText: true, files: ["a.csv", "b.csv"] },
  ])("are those that SQL makes of the texts: $files, with text $withText", async ({ withText, files }) => {
    const place = `numbers-${withText}-${files.length}`;
    for (const name of files) await write(`${place}/${name}`, `x,k,y\n${lines(5000)}\n`);
    const file = path.join(folder, files.length > 1 ? place : `${place}/in.csv`);
    await loadData(engine, definitionOf(["-999999"], withText), file);
    const expected = await rows();
    const source = await loadData(engine, definitionOf([], withText), file);
    expect(source.rows).toBe(5000 * files.length);
    expect(await rows()).toEqual(expected);
    const [x, y] = ["x", "y"].map((name) =>
      expected.map((row) => (row as Record<string, number | null>)[name] ?? NaN),
    );
    for (const relation of ["data", "(SELECT * FROM data) AS others"]) {
      const found: [number[], number[]] = [[], []];
      for await (const block of engine.blocks(['"x"', '"y"'], relation))
        for (const [column, values] of block.entries()) found[column]?.push(...values);
      expect(found).toEqual([x, y]);
    }
  });

  test("are no table that the engine writes", async () => {
    const tables = async (): Promise<unknown[]> => {
      const other = await openEngine();
      try {
        await loadData(other, definitionOf([], false), path.join(folder, "numbers-false-1/in.csv"));
        return await other.rows(
          "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'",
        );
      } finally {
        await other.close();
      }
    };
    expect(await tables()).toEqual([]);
  });
});
