import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { probabilitiesOf } from "../../platform/model/isotonic-calibration";
import { featureTable } from "../../platform/model/table";
import { LinearModel } from "../../platform/onnx/linear-model";
import { fitCandidate } from "../../training/candidate/fit-candidate";
import { fitIsotonic } from "../../training/evaluation/fit-isotonic";
import { scored } from "../platform/metrics/scored-rows";
import { definitionOf, foldsInTurn, openRows } from "../training/trainers/rows";
import { runPython, skipReason } from "./python-venv";

const l2 = 0.5;
const definition = definitionOf(
  [
    { name: "x", type: "number" },
    { name: "y", type: "number", role: "target", classes: [0, 1] },
  ],
  { kind: "logistic", l2 },
  { task: "classification", gate: { metric: "logLoss" }, calibration: "isotonic" },
);

(skipReason === undefined ? describe : describe.skip)(
  `probabilities by levels, against scikit-learn${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "isotonic-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test("levels are the same to 1e-12, and a whole calibrated classifier to 1e-6", async () => {
      const random = xoroshiro128plus(5);
      const chance = (): number => uniformFloat64(random);
      const rows = Array.from({ length: 600 }, () => {
        const x = 4 * chance();
        // A curve that no straight line of log-odds is.
        return { x, y: chance() < 0.1 + 0.8 * Number(x > 2) * (x - 2) * 0.5 ? 1 : 0 };
      });
      const logOdds = rows.map(({ x }) => Math.round(10 * (x - 2)) / 10);
      const weight = rows.map((_, row) => (row % 11 === 0 ? 0 : 1 + (row % 3)));
      const asked = Array.from({ length: 101 }, (_, index) => -3 + 0.0613 * index);
      const lists = {
        x: rows.map(({ x }) => x),
        y: rows.map(({ y }) => y),
        fold: rows.map((_, index) => (index + 1) % 5),
      };
      const file = path.join(folder, "rows.json");
      await writeFile(file, JSON.stringify({ ...lists, l2, logOdds, weight, asked }));
      const expected = JSON.parse(await runPython("isotonic_calibration.py", [file])) as {
        readonly probabilities: readonly number[];
        readonly levels: readonly number[];
      };
      const found = fitIsotonic(
        scored(
          lists.y,
          logOdds.map((value) => 1 / (1 + Math.exp(-value))),
          weight,
        ),
      );
      const levels = probabilitiesOf(Float64Array.from(asked), found);
      expected.levels.forEach((value, index) => expect(levels[index]).toBeCloseTo(value, 12));

      const engine = await openRows(definition, rows);
      const { linear } = await fitCandidate({
        engine,
        definition,
        from: "data",
        folds: () => Promise.resolve(foldsInTurn),
        commandDirectory: ".",
        workDirectory: "unused",
      });
      await engine.close();
      if (!linear) throw new Error("It is a linear model.");
      const { probability } = new LinearModel(linear).predict(featureTable(linear.signature, rows));
      expected.probabilities.forEach((value, row) => expect(probability?.[row]).toBeCloseTo(value, 6));
    });
  },
);
