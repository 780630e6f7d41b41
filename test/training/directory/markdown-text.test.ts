import { renderMarkdown } from "../../../cli/report/markdown";
import { markdownText } from "../../../training/directory/markdown-text";

test.each([
  ["a word", "bmi", "bmi"],
  ["a name of several words", "fare_paid_2", "fare_paid_2"],
  ["emphasis", "_x_ *y* ~~z~~", "\\_x\\_ \\*y\\* \\~\\~z\\~\\~"],
  ["an element", "<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)\\>"],
  ["an entity", "a &lt; b", "a \\&lt; b"],
  ["a link", "[here](https://example.org)", "\\[here\\](https://example.org)"],
  ["code", "`rm`", "\\`rm\\`"],
  ["a bar", "a|b", "a\\|b"],
  ["a backslash", "a\\|b\\", "a\\\\\\|b\\\\"],
  ["lines", " a\n b\t", "a b"],
  ["a heading", "# a", "\\# a"],
  ["an item", "- a", "\\- a"],
  ["a numbered item", "1. a", "1\\. a"],
  ["a number", "-1.5 a", "-1.5 a"],
  ["nothing", "", ""],
])("%s is shown as it is", (_, text, markdown) => {
  expect(markdownText(text)).toBe(markdown);
  const shown = renderMarkdown(markdownText(text), "").markup.replaceAll(/\s*<\/?p>\s*/g, "");
  const plain = text.trim().replaceAll(/\s+/g, " ");
  const unescaped = shown
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
  expect(unescaped).toBe(plain);
});
