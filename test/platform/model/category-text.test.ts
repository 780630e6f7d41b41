import { findTextFault } from "../../../platform/model/category-text";

test.each(["x\0y", "\0", "x\0"])("%j would be cut at NUL", (text) => {
  expect(findTextFault(text)).toBe("has the character NUL (U+0000)");
});

test.each(["\ud83d", "a\ude00b", "\ude00\ud83d"])("%j has half of a pair", (text) => {
  expect(findTextFault(text)).toBe("has half of a surrogate pair, which is no character");
});

const whole = ["", "Aa", "東京", "😀", "\ufffd", "\ufeffx", "e\u0301", "\u0001", "\uffff", "\u{10ffff}"];
// By their code points: a report of tests, which is XML, cannot have all of them.
test.each(
  whole.map((text) => [Array.from(text, (each) => each.codePointAt(0)?.toString(16)).join(" "), text]),
)("a text of the characters '%s' stays as it is", (_, text) => {
  expect(findTextFault(text)).toBeUndefined();
});
