import { commandLine, html, messageLines, withNames } from "../../../cli/report/html";

test("what is put into a template is text, unless it is markup", () => {
  expect(html`<p>${"a < b"}${undefined}${[1, html`<b>${"&"}</b>`]}</p>`.markup).toBe(
    "<p>a &lt; b1<b>&amp;</b></p>",
  );
});

test("words in backticks stand out, and stay text", () => {
  expect(withNames("Run `mlops <x>` now.").markup).toBe("Run <code>mlops &lt;x&gt;</code> now.");
});

describe("where npm runs the command", () => {
  const before = process.env.npm_lifecycle_event;
  beforeEach(() => {
    process.env.npm_lifecycle_event = "mlops";
  });
  afterEach(() => {
    if (before === undefined) delete process.env.npm_lifecycle_event;
    else process.env.npm_lifecycle_event = before;
  });

  test("commands on pages are as they have to be typed", () => {
    expect(commandLine("data restore <digest>").markup).toBe(
      "<code>npm run mlops -- data restore &lt;digest&gt;</code>",
    );
    expect(messageLines("Run `mlops status`.").markup).toBe(
      '<p class="lines">Run <code>npm run mlops -- status</code>.</p>',
    );
  });
});
