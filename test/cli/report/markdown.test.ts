import { renderMarkdown } from "../../../cli/report/markdown";

const render = (markdown: string): string =>
  renderMarkdown(markdown, "Table").markup.replace(/>\s+/g, ">").replace(/\s+</g, "<");

test.each([
  ["a title is of the third level", "# Card", "<h3>Card</h3>"],
  ["deep headings stay headings", "##### Deep", "<h6>Deep</h6>"],
  ["lines of a paragraph are joined", "one\ntwo\n\nthree", "<p>one two</p><p>three</p>"],
  [
    "code keeps its lines",
    "```json\n{\n  1 < 2\n}\n```\nend",
    "<pre><code>{\n  1 &lt; 2\n}</code></pre><p>end</p>",
  ],
  ["code without an end goes on to the end", "```\na", "<pre><code>a</code></pre>"],
  ["a list has its items", "- a\n- b\n  more\n\nend", "<ul><li>a</li><li>b more</li></ul><p>end</p>"],
  ["a numbered list is numbered", "1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"],
  ["a list may follow a line at once", "these:\n- a", "<p>these:</p><ul><li>a</li></ul>"],
  ["front matter is left out", "---\ntags: [a]\n---\ntext", "<p>text</p>"],
  ["line ends of Windows are line ends", "# A\r\n\r\ntext\r\n", "<h3>A</h3><p>text</p>"],
  ["nothing is nothing", "", ""],
  ["a bar in a line is not a table", "a | b\nc", "<p>a | b c</p>"],
  ["a lone marker is text", "#5 of 6, 2 * 3 * 4", "<p>#5 of 6, 2 * 3 * 4</p>"],
])("%s", (_, markdown, markup) => {
  expect(render(markdown)).toBe(markup);
});

test.each([
  ["code", "is `a < b` here", "<p>is<code>a &lt; b</code>here</p>"],
  ["strong text", "is **so**", "<p>is<strong>so</strong></p>"],
  ["a link, whose target becomes text", "see [it](https://e.org/x)", "<p>see it (https://e.org/x)</p>"],
  ["a link that is its own text", "see [a.md](a.md)", "<p>see a.md</p>"],
  [
    "markup, which stays text",
    "<script>1</script> [<b>](javascript:x)",
    "<p>&lt;script&gt;1&lt;/script&gt; &lt;b&gt; (javascript:x)</p>",
  ],
])("a line may hold %s", (_, markdown, markup) => {
  expect(render(markdown)).toBe(markup);
});

test("a table has headings, alignment and bars that are part of a cell", () => {
  const markup = render("| name | size |\n|---|---:|\n| `a` | 1.5 |\n| b \\| c | 2 |\n\nend");
  expect(markup).toContain('<th scope="col" class="text">name</th><th scope="col" class="number">size</th>');
  expect(markup).toContain(
    '<th scope="row" class="text"><code>a</code></th><td class="number" data-head="size"><div>1.5</div></td>',
  );
  expect(markup).toContain(
    '<th scope="row" class="text">b | c</th><td class="number" data-head="size"><div>2</div></td>',
  );
  expect(markup).toContain("<p>end</p>");
});
