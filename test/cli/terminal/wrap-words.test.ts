import { wrapWords } from "../../../cli/terminal/wrap-words";

const sentence = "There is no champion and its floor holds, so the candidate is promoted to production.";

test("a line breaks between words, and goes on below where its text began", () => {
  expect(wrapWords(`  gate      ${sentence}`, 60).split("\n")).toEqual([
    "  gate      There is no champion and its floor holds, so the",
    "            candidate is promoted to production.",
  ]);
  expect(wrapWords(`  ${sentence}`, 62).split("\n")).toEqual([
    "  There is no champion and its floor holds, so the candidate",
    "  is promoted to production.",
  ]);
});

test.each([
  ["a line that fits", sentence, 100],
  ["a table", `│ ${sentence} │`, 60],
  ["a word that is wider, as a path", `/a/${"folder/".repeat(12)}report.html`, 60],
])("%s stays as it is", (_, text, columns) => {
  expect(wrapWords(text, columns)).toBe(text);
});
