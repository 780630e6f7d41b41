import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { computeMetrics } from "../../platform/metrics/compute-metrics";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { metricNamesOf } from "../../platform/definition/metric-names";
import { scored } from "../platform/metrics/scored-rows";
import { runPython, skipReason } from "./python-venv";

(skipReason === undefined ? describe : describe.skip)(
  `metrics of weighted rows, against scikit-learn's sample_weight${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    let folder = "";

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "weighted-metrics-"));
    });

    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    /** Rows of which every tenth weighs nothing, with tied predictions. */
    function rowsOf(task: "regression" | "classification", seed: number): ScoredRows {
      const random = xoroshiro128plus(seed);
      const numbers = (length = 500): number[] => Array.from({ length }, () => uniformFloat64(random));
      const actual = numbers().map((value) => (task === "regression" ? 300 * value : value < 0.4 ? 1 : 0));
      const chance = numbers();
      const predicted = actual.map((value, row) => {
        const mixed =
          task === "regression" ? value + 90 * (chance[row] ?? 0) : 0.3 * value + 0.6 * (chance[row] ?? 0);
        return 0.05 + Math.round(100 * mixed) / 100;
      });
      return scored(
        actual,
        predicted,
        numbers().map((value, row) => (row % 10 === 0 ? 0 : 5 * value)),
      );
    }

    test.each([
      ["regression", 1],
      ["classification", 2],
    ] as const)("those of a %s are the same to 1e-10", async (task, seed) => {
      const rows = rowsOf(task, seed);
      const names = metricNamesOf(task);
      const lists = Object.fromEntries(
        Object.entries(rows).map(([name, values]) => [name, Array.from(values as Float64Array)]),
      );
      const file = path.join(folder, `${task}.json`);
      await writeFile(file, JSON.stringify({ ...lists, metrics: names }));
      const expected = JSON.parse(await runPython("weighted_metrics.py", [file])) as Record<string, number>;
      const measured = computeMetrics(task, rows);
      expect(Object.keys(measured)).toEqual(names);
      for (const name of names) {
        expect(Math.abs((measured[name] ?? NaN) / (expected[name] ?? NaN) - 1)).toBeLessThan(1e-10);
      }
    });
  },
);
