import { tmpdir } from "node:os";
import path from "node:path";
import { rowsOf } from "../../../../training/evaluation/score-rows";
import { fitModel } from "../../../../training/trainers/trainers";
import { definitionOf, openRows } from "../rows";

test("of a category with very many values the most frequent have coefficients, and it is said", async () => {
  const definition = definitionOf(
    [
      { name: "name", type: "category" },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 1 },
  );
  const engine = await openRows(definition, []);
  // 1,600 values, of which those up to n399 come ten times and the others once.
  await engine.run(
    "INSERT INTO data SELECT row_number() OVER (), FALSE, 'n' || v, v % 5 FROM range(1600) AS a(v), range(10) AS b(r) WHERE v < 400 OR r = 0",
  );
  const { linear, warnings } = await fitModel({
    engine,
    definition,
    from: rowsOf("training"),
    commandDirectory: tmpdir(),
    workDirectory: path.join(tmpdir(), "unused"),
  });
  await engine.close();
  const [term] = linear?.terms ?? [];
  const values = term?.kind === "category" ? term.values : [];
  expect(values).toHaveLength(1500);
  expect(Array.from({ length: 400 }, (_, v) => `n${v}`).filter((name) => !values.includes(name))).toEqual([]);
  expect(warnings).toEqual([
    'Column "name" has more than 1500 values; the 1500 most frequent have coefficients of their own, and the others none. Group its rare values, or train trees.',
  ]);
});
