import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import {
  adjustByBenjaminiHochberg,
  chiSquareTest,
  populationStabilityIndex,
  type BinCounts,
} from "../../platform/drift/compare-counts";
import { jensenShannonDistance, kolmogorovSmirnov } from "../../platform/drift/distances";
import { runPython, skipReason } from "./python-venv";

const random = xoroshiro128plus(7);

/** Columns of a window, against their reference: of two to thirty bins with enough in each for the chi-square test. */
const columns = Array.from({ length: 60 }, (): BinCounts[] => {
  const scale = [20, 400, 20_000][uniformInt(random, 0, 2)] ?? 20;
  return Array.from({ length: uniformInt(random, 2, 30) }, () => ({
    reference: uniformInt(random, 10, 10 * scale),
    current: uniformInt(random, 10, 9 * scale),
  }));
});

interface Expected {
  readonly psi: readonly number[];
  readonly jensenShannon: readonly number[];
  readonly ks: readonly number[];
  readonly ksP: readonly number[];
  readonly chiSquare: readonly number[];
  readonly chiSquareP: readonly number[];
  readonly adjusted: readonly number[];
}

(skipReason === undefined ? describe : describe.skip)(
  `measures of drift, against scipy's${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    let folder = "";
    let scipy: Expected;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "drift-measures-"));
      const file = path.join(folder, "columns.json");
      await writeFile(file, JSON.stringify(columns));
      scipy = JSON.parse(await runPython("drift_measures.py", [file])) as Expected;
    });

    afterAll(async () => {
      await rm(folder, { recursive: true, force: true });
    });

    /** Relative to what is expected; below 1e-290 a double has fewer digits. */
    function requireEqual(measured: readonly number[], expected: readonly number[]): void {
      expect(measured).toHaveLength(expected.length);
      measured.forEach((value, index) => {
        const other = expected[index] ?? NaN;
        const difference = Math.abs(value - other);
        expect(difference).toBeLessThan(Math.max(1e-9 * Math.abs(other), 1e-290));
      });
    }

    test("they are the same to 1e-9", () => {
      requireEqual(columns.map(populationStabilityIndex), scipy.psi);
      requireEqual(columns.map(jensenShannonDistance), scipy.jensenShannon);
      const ks = columns.map(kolmogorovSmirnov);
      requireEqual(
        ks.map(({ statistic }) => statistic),
        scipy.ks,
      );
      requireEqual(
        ks.map(({ pValue }) => pValue),
        scipy.ksP,
      );
      const chiSquare = columns.map(chiSquareTest);
      requireEqual(
        chiSquare.map(({ statistic }) => statistic),
        scipy.chiSquare,
      );
      requireEqual(
        chiSquare.map(({ pValue }) => pValue),
        scipy.chiSquareP,
      );
      requireEqual(adjustByBenjaminiHochberg(chiSquare.map(({ pValue }) => pValue)), scipy.adjusted);
    });
  },
);
