import { runsTable } from "../../cli/dashboard/pages/runs-table";
import { dashboardStyle } from "../../cli/dashboard/web/dashboard-style";
import { pageStyle } from "../../cli/report/page-style";
import type { RunSummary } from "../../cli/runs/run-summary";
import { runOf } from "../cli/dashboard/a-board";
import { openBrowser, skipReason } from "./chromium";
import { fits, wideTables } from "./look";

const model = "contracts-of-customers-who-may-leave";

/** A run of which everything is long. */
const long: RunSummary = runOf(1, {
  id: `20261128T105938-${model}-ab2f`,
  outcome: "waiting-for-approval",
  version: `${model}:12`,
  heldOut: { rmse: 12_345.678 },
  parameters: { kind: "boosted-trees", rounds: 300, learningRate: 0.05, maxDepth: 6 },
  data: { digest: "a".repeat(64) } as never,
  trainingMs: 3_723_000,
  decision: { promote: false, reason: "not-significantly-better" } as never,
});

(skipReason === undefined ? test : test.skip).each([1280, 390])(
  "the runs of a model with a long name are seen whole at %d pixels",
  async (width) => {
    const price = { perHour: 0.9, currency: "EUR" } as never;
    const table = runsTable(model, [long], { metric: "rmse", choosable: true, price });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width, height: 600 } });
      await page.setContent(`<style>${pageStyle}${dashboardStyle}</style><main>${table.markup}</main>`);
      expect(await wideTables(page)).toEqual([]);
      expect(await fits(page)).toBe(true);
    } finally {
      await browser.close();
    }
  },
);
