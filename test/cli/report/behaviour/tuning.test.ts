import { renderReport } from "../../../../cli/report/render-report";
import { bare } from "../report-fixture";

test("a report of a tuned run has what was tried, the best first, and what the definition said", async () => {
  const page = await renderReport({
    ...bare,
    tuning: {
      metric: "rmse",
      folds: 5,
      seed: 1,
      before: { kind: "ridge", alpha: 1 },
      candidates: [
        { settings: { alpha: 1 }, scores: [52, 54], mean: 53, standardError: 1 },
        { settings: { alpha: 10 }, scores: [50, 52], mean: 51, standardError: 1 },
      ],
      best: 1,
    },
  });
  const section = /<section id="tuning"[\s\S]*?<\/section>/.exec(page)?.[0] ?? "";
  expect(section.indexOf("alpha 10")).toBeGreaterThan(0);
  expect(section.indexOf("alpha 10")).toBeLessThan(section.lastIndexOf("alpha 1<"));
  expect(section).toContain("on 5 folds of the training rows");
  expect(section).toContain("ridge, {&quot;alpha&quot;:1}");
  expect(await renderReport(bare)).not.toContain('id="tuning"');
});
