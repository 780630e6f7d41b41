import { renderReport } from "../../../../cli/report/render-report";
import { summary } from "../../runs/run-fixture";
import { bare } from "../report-fixture";

const section = (page: string): string =>
  /<section id="former-runs"[\s\S]*?<\/section>/.exec(page)?.[0] ?? "";

test("a report lists the runs before it, and links to those that have a report beside it", async () => {
  const page = await renderReport({
    ...bare,
    formerRuns: [
      { run: summary({ id: "run-2", version: "houses:1" }), report: "run-2.html" },
      { run: summary({ id: "run-1", outcome: "kept" }) },
    ],
  });
  expect(section(page)).toContain('<a href="run-2.html">run-2</a>');
  expect(section(page)).toContain("<code>run-1</code>");
  expect(section(page)).toContain("50.25");
  expect(section(page)).toContain("ridge, alpha 1");
  expect(section(page)).toContain("houses:1");
});

test("the first run of a model has no such section", async () => {
  expect(section(await renderReport({ ...bare, formerRuns: [] }))).toBe("");
});
