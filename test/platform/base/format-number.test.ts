import { formatNumber } from "../../../platform/base/format-number";

test.each([
  [54.2134, "54.21"],
  [55, "55"],
  [0.00123456, "0.001235"],
  [123456.7, "123457"],
  [-0, "0"],
  [-2.50001, "-2.5"],
  [1e300, "1e+300"],
  [NaN, "NaN"],
])("%p is shown as %p", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("fewer digits on request", () => {
  expect(formatNumber(0.00123456, 2)).toBe("0.0012");
});
