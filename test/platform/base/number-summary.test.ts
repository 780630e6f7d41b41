import { NumberSummary } from "../../../platform/base/number-summary";

function summaryOf(...pieces: number[][]): NumberSummary {
  const summary = new NumberSummary();
  for (const piece of pieces) summary.add(Float64Array.from(piece));
  return summary;
}

test("numbers in pieces are summed up without those that are missing", () => {
  expect(summaryOf([3, NaN, -1], [], [7])).toEqual({ count: 3, sum: 9, min: -1, max: 7, isWhole: true });
  expect(summaryOf([3, 0.5])).toMatchObject({ isWhole: false });
});

test("of no numbers there is neither a least nor a greatest", () => {
  expect(summaryOf([NaN])).toEqual({ count: 0, sum: 0, min: Infinity, max: -Infinity, isWhole: true });
});
