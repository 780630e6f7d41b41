import { findTextFault } from "../../../platform/model/category-text";

test.each(["x\0y", "\0", "x\0"])("%j would be cut at NUL", (text) => {
  expect(findTextFault(text)).toBe("has the character NUL (U+0000)");
});

test.each(["\ud83d", "a\ude00b", "\ude00\ud83d"])("%j has half of a pair", (text) => {
  expect(findTextFault(text)).toBe("has half of a surrogate pair, which is no character");
});

test.each(["", "Aa", "東京", "😀", "\ufffd", "\ufeffx", "e\u0301", "\u0001", "\uffff", "\u{10ffff}"])(
  "%j stays as it is",
  (text) => {
    expect(findTextFault(text)).toBeUndefined();
  },
);
