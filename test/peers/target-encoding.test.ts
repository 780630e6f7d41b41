import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { encodingTargets } from "../../training/preprocessing/target";
import { encodeByTarget } from "../../training/preprocessing/target-encoding";
import { definitionOf, openRows } from "../training/trainers/rows";
import { runPython, skipReason } from "./python-venv";

interface Expected {
  readonly values: readonly string[];
  /** By the target, or by each class of several. */
  readonly numbers: readonly (readonly number[])[];
  readonly others: readonly number[];
  /** Of each row, by an encoder that was fitted to the rows of other folds. */
  readonly training: readonly (readonly number[])[];
}

const town = { name: "town", type: "category", encoding: "target" } as const;
const amounts = definitionOf([town, { name: "y", type: "number", role: "target" }], {
  kind: "ridge",
  alpha: 1,
});
const classes = definitionOf(
  [town, { name: "y", type: "category", role: "target", values: ["a", "b", "c"] }],
  { kind: "logistic", l2: 1 },
  { gate: { metric: "logLoss" } },
);

const foldOf = (row: number): number => Number(((BigInt(row) * 2654435769n) % 4294967296n) % 5n);

(skipReason === undefined ? describe : describe.skip)(
  `categories by their targets, against scikit-learn's TargetEncoder${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "target-encoding-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test.each([
      ["continuous", (town: number, chance: number) => 1e6 + 10 * town + 50 * chance],
      ["binary", (town: number, chance: number) => (chance < town / 50 ? 1 : 0)],
      ["multiclass", (town: number, chance: number) => (chance < town / 50 ? "a" : chance < 0.6 ? "b" : "c")],
    ] as const)("the numbers of a %s target are the same to 1e-9", async (kind, target) => {
      const random = xoroshiro128plus(3);
      // Towns of very different sizes; some have one row, or rows in one fold alone.
      const rows = Array.from({ length: 2000 }, () => {
        const town = Math.floor(40 * uniformFloat64(random) ** 4);
        return { town: `town ${town}`, y: target(town, uniformFloat64(random)) };
      });
      const file = path.join(folder, `${kind}.json`);
      const columns = {
        town: rows.map(({ town }) => town),
        y: rows.map(({ y }) => y),
        fold: rows.map((_, index) => foldOf(index + 1)),
      };
      await writeFile(file, JSON.stringify({ kind, ...columns }));
      const expected = JSON.parse(await runPython("target_encoding.py", [file])) as Expected;
      const definition = kind === "multiclass" ? classes : amounts;
      const engine = await openRows(definition, rows);
      const targets = encodingTargets(definition);
      const encoded = await encodeByTarget(engine, definition, { from: "data", targets });
      const training = await engine.rows(`SELECT * FROM ${encoded?.from ?? ""} ORDER BY _row`);
      await engine.close();
      const found = encoded?.encodings.get("town") ?? [];
      expect(found).toHaveLength(expected.numbers.length);
      const pairs = found.flatMap(({ number, values, numbers, other }, index) => {
        expect(values).toEqual(expected.values);
        return [
          [other, expected.others[index]],
          ...numbers.map((value, at) => [value, expected.numbers[index]?.[at]]),
          ...training.map((row, at) => [Number(row[number]), expected.training[index]?.[at]]),
        ];
      });
      for (const [own = NaN, other = NaN] of pairs)
        expect(Math.abs(own - other) / Math.max(1, Math.abs(other))).toBeLessThan(1e-9);
    });
  },
);
