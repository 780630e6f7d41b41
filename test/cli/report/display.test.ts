import {
  showCount,
  showDifference,
  showDuration,
  showNumber,
  showPValue,
  showShare,
  showTime,
} from "../../../cli/report/display";

test.each([
  [54.213456, "54.21"],
  [0.00178, "0.00178"],
  [999.96, "1,000"],
  [12345.67, "12,346"],
  [-12345.67, "-12,346"],
  [1e15, "1000000000000000"],
  [0, "0"],
  [-0, "0"],
  [undefined, "–"],
  [Number.NaN, "–"],
  [Number.POSITIVE_INFINITY, "–"],
])("the number %p is shown as %s", (value, text) => {
  expect(showNumber(value)).toBe(text);
});

test.each([
  [0.8065, "+0.8065"],
  [-2, "-2"],
  [0, "0"],
])("the difference %p is shown as %s", (value, text) => {
  expect(showDifference(value)).toBe(text);
});

test.each([
  [0, "0 %"],
  [0.00001, "< 0.1 %"],
  [0.0125, "1.3 %"],
  [0.5, "50 %"],
  [0.99999, "> 99.9 %"],
  [1, "100 %"],
  [Number.NaN, "–"],
])("the share %p is shown as %s", (value, text) => {
  expect(showShare(value)).toBe(text);
});

test.each([
  [1e-9, "< 0.0001"],
  [0.0421, "0.042"],
  [1, "1"],
  [Number.NaN, "–"],
])("the p-value %p is shown as %s", (value, text) => {
  expect(showPValue(value)).toBe(text);
});

test.each([
  [0, "0 ms"],
  [3.14159, "3.1 ms"],
  [850.4, "850 ms"],
  [999.7, "1.0 s"],
  [12_400, "12.4 s"],
  [59_960, "1 min 0 s"],
  [185_000, "3 min 5 s"],
  [Number.NaN, "–"],
])("%p milliseconds are shown as %s", (ms, text) => {
  expect(showDuration(ms)).toBe(text);
});

test.each([
  ["2026-11-21T01:21:07.9+01:00", "2026-11-21 00:21:07 UTC"],
  ["soon", "soon"],
])("the time %s is shown as %s", (time, text) => {
  expect(showTime(time)).toBe(text);
});

test("a count keeps every digit", () => {
  expect(showCount(1234567)).toBe("1,234,567");
});
