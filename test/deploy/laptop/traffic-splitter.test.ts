import { TrafficSplitter } from "../../../deploy/laptop/traffic-splitter";

function answers(weight: number, count: number): boolean[] {
  const splitter = new TrafficSplitter({ weight, shadow: 0 });
  return Array.from({ length: count }, () => splitter.nextIsCanary());
}

const yes = (list: boolean[]): number => list.filter(Boolean).length;

test.each([0, 1, 10, 33, 50, 99, 100])(
  "the canary gets %d %% of any stretch of requests, within 2",
  (weight) => {
    const all = answers(weight, 2000);
    for (const [from, to] of [
      [0, 100],
      [0, 2000],
      [500, 600],
      [1717, 1999],
    ] as const) {
      expect(Math.abs(yes(all.slice(from, to)) - ((to - from) * weight) / 100)).toBeLessThanOrEqual(2);
    }
  },
);

test.each([0, 100])("a weight of %d %% has no exception", (weight) => {
  expect(yes(answers(weight, 10_000))).toBe(weight * 100);
});

test.each([2, 3, 5, 10])("requests that differ in turns of %d are split alike", (period) => {
  const all = answers(50, 1000 * period);
  for (let turn = 0; turn < period; turn += 1) {
    const share = yes(all.filter((_, index) => index % period === turn)) / 1000;
    expect(share).toBeGreaterThan(0.48);
    expect(share).toBeLessThan(0.52);
  }
});

test("copies have a share of their own", () => {
  const splitter = new TrafficSplitter({ weight: 0, shadow: 20 });
  const copies = Array.from({ length: 100 }, () => splitter.nextIsCopied());
  expect(Math.abs(yes(copies) - 20)).toBeLessThanOrEqual(2);
});
