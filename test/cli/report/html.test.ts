import { html, withNames } from "../../../cli/report/html";

test("what is put into a template is text, unless it is markup", () => {
  expect(html`<p>${"a < b"}${undefined}${[1, html`<b>${"&"}</b>`]}</p>`.markup).toBe(
    "<p>a &lt; b1<b>&amp;</b></p>",
  );
});

test("words in backticks stand out, and stay text", () => {
  expect(withNames("Run `mlops <x>` now.").markup).toBe("Run <code>mlops &lt;x&gt;</code> now.");
});
