import { countLabels, f1ByClass, labelMetrics, labelsOf } from "../../../platform/metrics/class-labels";
import { scored } from "./scored-rows";

describe("labels of several classes", () => {
  const rows = {
    ...scored([0, 1, 2, 1], [0.5, 0.5, 0, 0.2, 0.7, 0.1, 0.1, 0.3, 0.6, 0.6, 0.3, 0.1]),
    classes: 3,
  };

  test("are those of the greatest probability, of equal ones the first", () => {
    expect(Array.from(labelsOf(rows))).toEqual([0, 1, 2, 0]);
  });

  test("are counted by class, and F1 is that of each", () => {
    const counts = countLabels(rows);
    expect(Array.from(counts.actual)).toEqual([1, 2, 1]);
    expect(Array.from(counts.called)).toEqual([2, 1, 1]);
    expect(Array.from(counts.right)).toEqual([1, 1, 1]);
    expect(Array.from(f1ByClass(counts))).toEqual([2 / 3, 2 / 3, 1]);
  });

  test("a class that is neither there nor called is left out of means", () => {
    const counts = countLabels({ ...rows, ...scored([0, 1], [1, 0, 0, 0, 1, 0]), classes: 3 });
    expect(labelMetrics.f1Macro(counts)).toBe(1);
    expect(labelMetrics.balancedAccuracy(counts)).toBe(1);
    expect(labelMetrics.mcc(counts)).toBe(1);
  });

  test("the correlation is 0 where all rows are called one class", () => {
    expect(labelMetrics.mcc(countLabels(scored([0, 1, 1], [0.9, 0.9, 0.9])))).toBe(0);
  });
});

describe("labels of two classes", () => {
  const rows = scored([0, 1, 1, 0], [0.1, 0.3, 0.5, 0.4]);

  test.each([
    [undefined, [0, 0, 0, 0]],
    [0.5, [0, 0, 0, 0]],
    [0.35, [0, 0, 1, 1]],
    [0.3, [0, 0, 1, 1]],
    [0, [1, 1, 1, 1]],
    [1, [0, 0, 0, 0]],
  ])("above a threshold of %p are positive", (threshold, labels) => {
    expect(Array.from(labelsOf({ ...rows, ...(threshold !== undefined && { threshold }) }))).toEqual(labels);
  });
});
