import { oneOf } from "../../../platform/base/wording";

test.each([
  [[], ""],
  [["a"], "a"],
  [["a", "b"], "a or b"],
  [["a", "b", "c"], "a, b or c"],
])("one of %j", (words, text) => {
  expect(oneOf(words)).toBe(text);
});
