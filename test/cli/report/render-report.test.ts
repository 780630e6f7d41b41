import { renderReport } from "../../../cli/report/render-report";
import type { ReportInput } from "../../../cli/report/report-input";
import { measureCurves } from "../../../platform/metrics/measure-curves";
import { scored } from "../../platform/metrics/scored-rows";
import { bare, classified, evilColumn, stages, whole } from "./report-fixture";

const escapedEvilColumn = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;";
const titlesOf = (page: string): string[] =>
  [...page.matchAll(/<h2 [^>]*>([^<]*)<\/h2>/g)].map((match) => match[1] ?? "");
const plotsOf = (page: string): string[] =>
  [...page.matchAll(/<svg[^>]*><title[^>]*>([^<]*)<\/title>/g)].map((match) => match[1] ?? "");
/** The page's text, markup taken out and white space folded. */
const textOf = (page: string): string =>
  page
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("a report of a whole run", () => {
  let page = "";
  beforeAll(async () => {
    page = await renderReport(whole);
  });

  test("has every section, in the order of a run, and links to each", () => {
    const titles = [
      "Steps",
      "Data",
      "Gate",
      "Evaluation",
      "Load test",
      "Canary",
      "Environments",
      "Drift",
      "Lineage",
      "Model card",
    ];
    expect(titlesOf(page)).toEqual(titles);
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(page).toContain(`id="${target}"`);
    expect([...page.matchAll(/href="#/g)]).toHaveLength(titles.length);
  });

  test("draws a plot for all that can be drawn", () => {
    expect(plotsOf(page)).toEqual([
      "Improvement over the champion",
      "Predicted against actual",
      "Residuals against predicted",
      "How residuals are spread",
      "Latency per stage",
      "Population stability index per column",
      `${escapedEvilColumn} [m²]`,
      "town",
    ]);
  });

  test("names and describes every plot for those who do not see it", () => {
    const svgs = [...page.matchAll(/<svg([^>]*)>/g)].map((match) => match[1] ?? "");
    for (const attributes of svgs) {
      expect(attributes).toContain('role="img"');
      const [, title = "", description = ""] = /aria-labelledby="(\S+) (\S+)"/.exec(attributes) ?? [];
      expect(page).toMatch(new RegExp(`<title id="${title}">[^<]{4,}</title>`));
      expect(page).toMatch(new RegExp(`<desc id="${description}">[^<]{20,}</desc>`));
    }
    const ids = [...page.matchAll(/\bid="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("says where the model comes from once: of the card, all but its lineage", () => {
    expect(page).toContain("None known.");
    expect(page).not.toContain("card-run");
  });

  test("puts each cell's head beside it, for pages too narrow for a table", () => {
    const cells = [...page.matchAll(/<td ([^>]*)>/g)].map((match) => match[1] ?? "");
    const heads = cells.flatMap((attributes) => /data-head="([^"]+)"/.exec(attributes)?.[1] ?? []);
    expect(heads).toEqual(expect.arrayContaining(["status", "what happened"]));
  });

  test("gives every table headings for its columns and rows", () => {
    const tables = page.match(/<table>[\s\S]*?<\/table>/g) ?? [];
    expect(tables.length).toBeGreaterThanOrEqual(9);
    for (const table of tables) {
      expect(table).toMatch(/<thead>\s*<tr>\s*<th scope="col"/);
      expect(table).not.toMatch(/<th scope="col"[^>]*><\/th>/);
      expect(table).toMatch(/<th scope="row"/);
    }
  });

  test("shows what others wrote as text", () => {
    expect(page).not.toContain("<script");
    expect(page).not.toMatch(/<(?:img|b|i)>|<img/);
    expect(page).not.toContain(evilColumn);
    expect(page).toContain(escapedEvilColumn);
    expect(page).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(page).toContain("Price of &lt;b&gt;houses&lt;/b&gt;.");
    expect(page).toContain("Prices, &lt;i&gt;roughly&lt;/i&gt;.");
  });

  test("needs nothing from outside", () => {
    expect(page).not.toMatch(/https?:\/\//);
    expect(page).not.toMatch(/\b(?:src|srcset|action|data|xlink:href)\s*=\s*"/);
    expect(page).not.toMatch(/href="(?!#)|@import|@font-face|url\((?!#)/);
    expect(page).not.toMatch(/\son\w+="/);
    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'");
  });

  test.each([
    ["a metric to four digits", "rmse of the candidate 54.21"],
    ["the improvement with its sign", "improvement +0.8065"],
    ["the interval", "95 % interval -0.3212 to 1.94"],
    ["a count with every digit", "12,345 rows"],
    ["the time of the run", "time 12.4 s"],
    ["latencies with their unit", "50th percentile 3.1 ms"],
    ["the share of failed requests", "1 (0.2 %)"],
    ["failures of the load test", "4 (0.2 %)"],
    ["a mean with its deviation", "198.8 ± 51.5"],
    ["a stability index", "0.3123"],
    ["a tiny p-value", "&lt; 0.0001"],
    ["a share of missing values", "1.3 %"],
    ["the step of a time bar", "approve ✓ done 9.4 s by --yes"],
    ["the part of the sample that is plotted", "The plots show 40 of them, evenly spaced."],
    ["the release an environment serves", "houses:2 0123456789ab"],
    ["a canary's weight", "houses:2 0123456789ab at 10 %"],
    ["the trainer", "ridge, alpha 1"],
    ["a commit that is not all", "3f9d1c2 with changes not committed"],
    ["the bound of a floor", "r2 0.3 0.48 ✓ holds"],
    ["a slice that is not judged", "town A 20 – – – · not judged"],
    ["a slice that is worse", "town B 900 51 50 +1 ✕ does not hold"],
  ])("shows %s", (_, text) => {
    expect(textOf(page)).toContain(text);
  });

  test("has a row for the canary and for what it was compared with, and dashes for what was not measured", () => {
    expect(textOf(page)).toContain("10 % houses:1 540 1 (0.2 %) 0 (0 %) 2.1 ms");
    expect(textOf(page)).toContain("50 % houses:1 0 0 0 – – – – 50 % canary 0 0 0 – – – –");
    expect(textOf(page)).not.toContain("had no stable version");
  });

  test("says which rows were left out, and how often the others have decided", async () => {
    if (!whole.decision) throw new Error("The fixture has lost its decision.");
    const decision = { ...whole.decision, leftOut: 1234, earlierDecisions: 7 };
    const text = textOf(await renderReport({ ...whole, decision }));
    expect(text).toContain("left out, as the champion was trained on them 1,234");
    expect(text).toContain("earlier decisions on these rows 7");
    expect(textOf(page)).not.toMatch(/left out|earlier decisions/);
  });

  test("says of a canary that was compared with tests that it answered everything", async () => {
    const canary = stages.map((stage) => ({
      ...stage,
      comparedWith: { kind: "tests" as const, environment: "qa" },
    }));
    const text = textOf(await renderReport({ ...whole, run: { ...whole.run, canary } }));
    expect(text).toContain("10 % qa 540 1 (0.2 %) 0 (0 %) 2.1 ms");
    expect(text).toContain("production had no stable version, and the canary answered all requests");
  });

  test("says that the gate was overruled when the run went on against it", async () => {
    if (!whole.decision) throw new Error("The fixture has lost its decision.");
    const decision = { ...whole.decision, promote: false };
    const text = textOf(await renderReport({ ...whole, decision }));
    expect(text).toContain("houses ! released against the gate");
    expect(text).toContain("· champion kept better ! overruled by a setting");
    expect(textOf(page)).not.toContain("overruled");
  });

  test("keeps the lines of a message", async () => {
    const steps = whole.run.steps.map((step) => ({ ...step, message: "first\nsecond" }));
    const run = { ...whole.run, steps, explanation: "one\ntwo" };
    const markup = await renderReport({ ...whole, run });
    expect(markup).toContain('<span class="lines">first\nsecond</span>');
    expect(markup).toContain('<p class="outcome lines">one\ntwo</p>');
  });

  test("names an empty value", async () => {
    if (!whole.dataReport) throw new Error("The fixture has lost its findings.");
    const findings = whole.dataReport.findings.map((finding) => ({
      ...finding,
      examples: [{ row: 3, value: "" }],
    }));
    const text = textOf(await renderReport({ ...whole, dataReport: { ...whole.dataReport, findings } }));
    expect(text).toContain("row 3: (empty)");
  });

  test("takes less than a megabyte with as many rows and columns as it may be given", async () => {
    const many = Array.from({ length: 2000 }, (_, index) => index / 7);
    const column = whole.drift?.columns[1];
    if (!whole.evaluation || !whole.drift || !column) throw new Error("The fixture has lost its parts.");
    const large = await renderReport({
      ...whole,
      evaluation: { ...whole.evaluation, sample: { actual: many, candidate: many, champion: many } },
      drift: {
        ...whole.drift,
        columns: Array.from({ length: 200 }, (_, index) => ({ ...column, column: `column ${index}` })),
      },
    });
    expect(Buffer.byteLength(large)).toBeLessThan(1_000_000);
    expect(textOf(large)).toContain("Reference and now (12 of 200 columns)");
    expect(textOf(large)).toContain("(the 30 greatest of 200)");
  });

  test("is the same for the same run", async () => {
    expect(await renderReport(whole)).toBe(page);
  });
});

describe("a report of a run that stopped early", () => {
  test("has no section without data", async () => {
    const page = await renderReport(bare);
    expect(titlesOf(page)).toEqual(["Steps"]);
    expect(plotsOf(page)).toEqual([]);
  });

  test("says which step failed and which was not reached", async () => {
    const text = textOf(await renderReport(bare));
    expect(text).toContain("houses ✕ failed");
    expect(text).toContain("check ✕ failed 250 ms 1 error");
    expect(text).toContain("Not reached: split, train.");
  });

  test.each<[string, Partial<ReportInput>, string[]]>([
    ["nothing served", { deployments: [] }, ["Steps"]],
    ["no stage", { run: { ...bare.run, canary: [] } }, ["Steps"]],
    ["a model card", { modelCard: "Text." }, ["Steps", "Model card"]],
  ])("with %s has the sections for it only", async (_, more, titles) => {
    expect(titlesOf(await renderReport({ ...bare, ...more }))).toEqual(titles);
  });
});

test("intervals are shown with the share of targets that they hold, of either model that has them", async () => {
  const { evaluation } = whole;
  if (!evaluation?.champion) throw new Error("The fixture has lost its champion.");
  const intervals = { coverage: 0.9, margin: 104.2, covered: 0.893 };
  const textWith = async (candidate: object, champion: object) =>
    textOf(
      await renderReport({
        ...whole,
        evaluation: {
          ...evaluation,
          candidate: { ...evaluation.candidate, ...candidate },
          champion: { model: "houses:1", metrics: {}, ...champion },
        },
      }),
    );
  expect(await textWith({ intervals }, {})).toMatch(
    /Intervals of the candidate \(prediction ± 104\.2[^)]*\) are to hold 90 % of the targets, and hold 89\.3 %\./,
  );
  expect(await textWith({}, { intervals })).toContain("Intervals of houses:1");
  expect(await textWith({ intervals: { coverage: 0.9, factor: 4.21, covered: 0.9 } }, {})).toContain(
    "Intervals of the candidate (prediction divided and multiplied by 4.21) are to hold 90 %",
  );
  expect(await textWith({}, {})).not.toContain("Intervals of");
});

describe("a report of a classification", () => {
  test("draws its curves and counts who was called what, in the target's own words", async () => {
    const page = await renderReport(classified);
    expect(plotsOf(page)).toEqual(["ROC", "Precision and recall", "Calibration"]);
    // Negatives are called positive above 0.5, that is from index 26 on: 26, 28 and 29 of 20; all 10 positives are above.
    expect(textOf(page)).toMatch(
      /actual repaid called no called yes no 17 \(85 %\) 3 \(15 %\) yes 0 \(0 %\) 10 \(100 %\)/,
    );
  });

  test.each([
    [undefined, undefined, "above 0.5; shares"],
    [0.2, undefined, "above 0.2 (by loans:1, above 0.5); shares"],
    [0.2, 0.3, "above 0.2 (by loans:1, above 0.3); shares"],
    [0.2, 0.2, "above 0.2; shares"],
  ])("says above which probability a row is called so: %p and %p", async (threshold, ofChampion, text) => {
    if (!classified.evaluation) throw new Error("The fixture has lost its evaluation.");
    const { metrics } = classified.evaluation.candidate;
    const said = (value: number | undefined) => value !== undefined && { threshold: value };
    const page = await renderReport({
      ...classified,
      evaluation: {
        ...classified.evaluation,
        candidate: { metrics, ...said(threshold) },
        champion: { model: "loans:1", metrics, ...said(ofChampion) },
      },
    });
    expect(textOf(page)).toContain(text);
  });

  test("leaves out the curves that one class alone does not allow", async () => {
    if (!classified.evaluation) throw new Error("The fixture has lost its evaluation.");
    const curves = { candidate: measureCurves(scored([0, 0, 0], [0.1, 0.2, 0.9])) };
    const page = await renderReport({ ...classified, evaluation: { ...classified.evaluation, curves } });
    expect(plotsOf(page)).toEqual(["Calibration"]);
    expect(textOf(page)).toContain("yes 0 0");
  });

  test("of an earlier version, which has no curves, has the metrics alone", async () => {
    if (!classified.evaluation) throw new Error("The fixture has lost its evaluation.");
    const { curves, ...evaluation } = classified.evaluation;
    expect(curves).toBeDefined();
    const page = await renderReport({ ...classified, evaluation });
    expect(plotsOf(page)).toEqual([]);
    expect(textOf(page)).toContain("auc 0.9");
  });
});
