import type { PromotionDecision } from "../../../platform/metrics/evaluation";
import {
  comparisonTag,
  describeGateComparison,
  findComparison,
  formatComparison,
} from "../../../platform/registry/gate-comparison";

const decision = {
  metric: "rmse",
  candidate: 50.63419,
  champion: { model: "cost:1", value: 54.11119 },
  improvement: 3.477,
  interval: { level: 0.95, low: 0.51239, high: 6.24449, resamples: 1000 },
  rows: 85,
} as unknown as PromotionDecision;
const fall = {
  registered: 52.00019,
  interval: { level: 0.95, low: 1.10009, high: 3.2, resamples: 1000 },
} as const;

/** What people read who have the version's tags alone. */
const read = (decided: PromotionDecision): string => {
  const comparison = findComparison({ [comparisonTag]: formatComparison(decided) ?? "" });
  return comparison === undefined ? "nothing" : describeGateComparison(comparison);
};

test("a version's tag says by how much it was better, and how sure that is", () => {
  expect(read(decision)).toBe(
    "rmse 50.63 against 54.11 of cost:1 on 85 held-out rows: better by 3.477 (95 % interval 0.5124 to 6.244)",
  );
});

test("it says that there were too few rows for an interval, and that the champion had fallen", () => {
  const few = { ...decision, interval: undefined } as unknown as PromotionDecision;
  expect(read({ ...few, improvement: -1 })).toContain("worse by 1 (no interval: too few rows)");
  expect(read({ ...decision, championFall: fall })).toMatch(
    /; cost:1 was worse than the 52 of its registration by 1\.1 to 3\.2$/,
  );
});

test("it is short: what a registry keeps as a tag is limited", () => {
  expect(formatComparison({ ...decision, championFall: fall })?.length).toBeLessThan(256);
});

test("where nothing was compared there is no tag, and one that cannot be read says nothing", () => {
  const first = { ...decision, champion: undefined } as unknown as PromotionDecision;
  expect(formatComparison(first)).toBeUndefined();
  expect(formatComparison({ ...decision, champion: { model: "cost:1" } })).toBeUndefined();
  for (const text of ["{", '{"metric":"rmse"}'])
    expect(findComparison({ [comparisonTag]: text })).toBeUndefined();
  expect(findComparison({})).toBeUndefined();
});
