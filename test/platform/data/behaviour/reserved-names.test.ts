import { loadData } from "../../../../platform/data/source";
import { literal } from "../../../../platform/sql/engine";
import { DataFolder } from "../data-folder";
import { numbersOnly } from "../definitions";

test.each([
  ["_row", '- the column name "_row" is reserved'],
  ["_Held_Out", '- the column name "_Held_Out" is reserved'],
  ["prediction", '- the column name "prediction" is reserved'],
  ["__proto__", '- the column name "__proto__" is reserved'],
  ["X", '- columns "x" and "X" differ in nothing but case'],
])("a definition with a column %p beside x is refused", (name, message) => {
  expect(() => numbersOnly(["x", name, "y"])).toThrow(message);
});

test("a definition with other names is accepted", () => {
  expect(numbersOnly(["x", "row", "predictions", "constructor", "y"]).columns).toHaveLength(5);
});

test("rows have their numbers where a column is called as the engine calls its own of them", async () => {
  const folder = await DataFolder.open();
  const { engine } = folder;
  try {
    for (const others of ["", ", 40 + range AS File_Row_Number"]) {
      const file = await folder.write("number.parquet", "");
      await engine.run(
        `COPY (SELECT range AS x, 1 AS y${others} FROM range(3)) TO ${literal(file)} (FORMAT parquet)`,
      );
      await loadData(engine, numbersOnly(["x", "y"]), file);
      expect(await engine.rows("SELECT _row, x FROM data WHERE _row >= 2 ORDER BY _row")).toEqual([
        { _row: 2, x: 1 },
        { _row: 3, x: 2 },
      ]);
    }
  } finally {
    await folder.close();
  }
});
