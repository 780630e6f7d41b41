import { findFaultOfWords, maxWords } from "../../../platform/audit/words";

test.each(["The candidate fell.", "a\r\nb\tc", " å ", "x".repeat(maxWords)])("%j says something", (text) => {
  expect(findFaultOfWords(text)).toBeUndefined();
});

test.each([
  ["nothing", "", "It is empty."],
  ["blanks alone", " \n\t", "It is empty."],
  ["too much", "x".repeat(maxWords + 1), "It has 501 characters."],
  ["a sequence that a terminal obeys", "fine\u001b[2J", "It has control characters."],
])("%s is refused", (_, text, fault) => {
  expect(findFaultOfWords(text)).toContain(fault);
});
