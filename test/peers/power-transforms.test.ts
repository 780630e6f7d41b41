import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { featureTable } from "../../platform/model/table";
import { LinearModel } from "../../platform/onnx/linear-model";
import { fitLinearModel } from "../training/trainers/fit-linear-model";
import { definitionOf, openRows } from "../training/trainers/rows";
import { runPython, skipReason } from "./python-venv";

const alpha = 2;

(skipReason === undefined ? describe : describe.skip)(
  `targets by powers, against scipy and scikit-learn${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "power-transforms-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test.each([
      ["box-cox", "costs", (normal: number) => 5000 * Math.exp(normal)],
      ["box-cox", "roots", (normal: number) => (20 + 3 * normal) ** 2.5],
      ["yeo-johnson", "both signs", (normal: number) => 4 * Math.sinh(normal) - 1],
      ["yeo-johnson", "above zero", (normal: number) => Math.exp(normal)],
    ] as const)(
      "%s of %s: the power to 1e-6, and predictions with it to 1e-5",
      async (method, _, targetOf) => {
        const random = xoroshiro128plus(11);
        const chance = (): number => uniformFloat64(random);
        const rows = Array.from({ length: 800 }, () => {
          const x = 10 * chance();
          const normal =
            (x - 5) / 4 + Math.sqrt(-2 * Math.log(chance())) * Math.cos(2 * Math.PI * chance()) * 0.6;
          return { x, y: targetOf(normal) };
        });
        const file = path.join(folder, "rows.json");
        const lists = { x: rows.map(({ x }) => x), y: rows.map(({ y }) => y) };
        await writeFile(file, JSON.stringify({ method, alpha, ...lists }));
        const expected = JSON.parse(await runPython("power_transforms.py", [file])) as {
          readonly lambda: number;
          readonly predictions: readonly number[];
        };
        const definition = definitionOf(
          [
            { name: "x", type: "number" },
            { name: "y", type: "number", role: "target" },
          ],
          { kind: "ridge", alpha, targetTransform: method },
        );
        const engine = await openRows(definition, rows);
        const linear = await fitLinearModel(engine, definition, "data");
        await engine.close();
        expect(Math.abs((linear.signature.target.transform?.lambda ?? NaN) - expected.lambda)).toBeLessThan(
          1e-6,
        );
        const own = new LinearModel(linear).predict(featureTable(linear.signature, rows)).prediction;
        expected.predictions.forEach((value, row) => {
          expect(Math.abs(Number(own[row]) - value) / Math.max(1, Math.abs(value))).toBeLessThan(1e-5);
        });
      },
    );
  },
);
