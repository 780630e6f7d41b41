import { precisionRecallCurve, rocCurve } from "../../../platform/metrics/classification-curves";
import { measureCurves, thinCurve } from "../../../platform/metrics/measure-curves";
import { scored } from "./scored-rows";

describe("a curve that is thinned", () => {
  const line = (count: number): [number, number][] =>
    Array.from({ length: count }, (_, index) => [index / (count - 1), index / (count - 1)]);

  test("keeps a few points as they are", () => {
    expect(thinCurve(line(11))).toEqual(line(11));
    expect(thinCurve([])).toEqual([]);
    expect(thinCurve([[0, 1]])).toEqual([[0, 1]]);
  });

  test("has its ends, and at most 400 points", () => {
    const thinned = thinCurve(line(100_000));
    expect(thinned.length).toBeLessThanOrEqual(400);
    expect(thinned.length).toBeGreaterThan(190);
    expect([thinned[0], thinned.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test("keeps its first steps, where every one is seen", () => {
    const steps: [number, number][] = Array.from({ length: 8 }, (_, index) => [0, (index + 1) / 8]);
    const flat: [number, number][] = Array.from({ length: 40_000 }, (_, index) => [(index + 1) / 40_000, 1]);
    expect(thinCurve([[0, 0], ...steps, ...flat]).slice(0, 9)).toEqual([[0, 0], ...steps]);
  });

  test("is thinned more where it goes up and down much", () => {
    const zigzag: [number, number][] = Array.from({ length: 5000 }, (_, index) => [index / 5000, index % 2]);
    expect(thinCurve(zigzag).length).toBeLessThanOrEqual(400);
  });
});

describe("the curves of 8 positive rows of 40,055", () => {
  /** The positives lie at the end, and have high scores but for one. */
  const rows = 40_055;
  const actual = Array.from({ length: rows }, (_, row) => (row >= rows - 8 ? 1 : 0));
  const predicted = actual.map((value, row) =>
    value === 0 ? ((row * 0.618034) % 1) * 0.01 : row === rows - 1 ? 0.001 : 0.0095 + (row % 8) / 10_000,
  );
  const all = scored(actual, predicted);
  const curves = measureCurves(all);

  test("see all positives", () => {
    expect(curves.confusion).toEqual({
      truePositives: 0,
      falsePositives: 0,
      falseNegatives: 8,
      trueNegatives: 40_047,
    });
    const recalls = new Set(curves.precisionRecall?.map(([recall]) => recall));
    expect([...recalls]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((found) => found / 8));
    const [rates] = [new Set(curves.roc?.map(([, rate]) => rate))];
    expect(rates.size).toBe(9);
  });

  test("are parts of the whole ones, in their order", () => {
    const whole = (points: readonly (readonly [number, number])[] = []): Map<string, number> =>
      new Map(points.map((point, index) => [point.join(), index]));
    const roc = whole(
      rocCurve(all)?.map(({ falsePositiveRate, truePositiveRate }) => [falsePositiveRate, truePositiveRate]),
    );
    const precisionRecall = whole(
      precisionRecallCurve(all)?.map(({ recall, precision }) => [recall, precision]),
    );
    for (const [kept, from] of [
      [curves.roc, roc],
      [curves.precisionRecall, precisionRecall],
    ] as const) {
      const places = (kept ?? []).map((point) => from.get(point.join()) ?? NaN);
      expect(places.length).toBeGreaterThan(8);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }
  });
});

test("one class alone has no ROC; of no positive rows there is no precision either", () => {
  const { roc, precisionRecall, calibration } = measureCurves(scored([0, 0], [0.1, 0.9]));
  expect([roc, precisionRecall]).toEqual([undefined, undefined]);
  expect(calibration).toEqual([
    [0.1, 0],
    [0.9, 0],
  ]);
  expect(Object.keys(measureCurves(scored([1, 1], [0.1, 0.9])))).not.toContain("roc");
});
