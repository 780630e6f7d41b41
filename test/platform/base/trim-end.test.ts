import { trimEnd } from "../../../platform/base/trim-end";

describe("trimEnd", () => {
  test.each([
    ["https://a/b//", "/", "https://a/b"],
    ["//a", "/", "//a"],
    ["It failed. .\n", ". \n", "It failed"],
    ["///", "/", ""],
    ["", "/", ""],
    ["abc", "", "abc"],
  ])("of %j, by %j, is %j", (text, ends, expected) => {
    expect(trimEnd(text, ends)).toBe(expected);
  });

  test("takes time in proportion to the text", () => {
    const started = performance.now();
    expect(trimEnd(`${"/".repeat(1_000_000)}a`, "/")).toHaveLength(1_000_001);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
