import { harmlessJson, harmlessText } from "../../../platform/base/harmless-text";

const hostile = [
  [
    "a command of Azure Pipelines",
    'is "##vso[task.setvariable variable=A]b"',
    'is "## vso[task.setvariable variable=A]b"',
  ],
  ["its older form", "##[error]x", "## [error]x"],
  ["the same in capitals", "##VSO[task.complete]", "## VSO[task.complete]"],
  ["a command of GitHub", "columns:\n  ::add-path::/x", "columns:\n   ::add-path::/x"],
  ["a sequence of a terminal", "\u001b]52;c;eA==\u0007", "\\u001b]52;c;eA==\\u0007"],
  ["the short form of one", "\u009b2J", "\\u009b2J"],
  ["a line that hides what is before it", "age\rbmi", "age\\u000dbmi"],
  ["a text that turns", "a\u202ecba", "a\\u202ecba"],
  ["a line feed of another kind", "a\u2028::error::x", "a\\u2028::error::x"],
] as const;

test.each(hostile)("%s does nothing in a text", (_, text, expected) => {
  expect(harmlessText(text)).toBe(expected);
});

test.each(["Row 1: å, 東京, 👩‍👩‍👧 ::", "a\tb\n│ c │", "## A title", "std::vector, a :: b"])(
  "a text for people stays as it is: %j",
  (text) => {
    expect(harmlessText(text)).toBe(text);
  },
);

test("line feeds of Windows become line feeds", () => {
  expect(harmlessText("a\r\nb")).toBe("a\nb");
});

test.each(hostile)("%s does nothing in JSON, which means the same", (_, text) => {
  const json = harmlessJson(JSON.stringify({ [text]: [text] }, null, 2));
  expect(json).not.toMatch(/##(vso)?\[|^\s*::/im);
  // eslint-disable-next-line no-control-regex
  expect(json).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
  expect(JSON.parse(json)).toEqual({ [text]: [text] });
});
