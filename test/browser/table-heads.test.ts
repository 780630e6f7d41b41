import { pageStyle } from "../../cli/report/page-style";
import { scrollingTable } from "../../cli/report/table";
import { openBrowser, skipReason } from "./chromium";
import { wideTables } from "./look";

const heads = [
  "Kolmogorov-Smirnov",
  "Jensen-Shannon",
  "missing, reference",
  "missing, now",
  "outside or new",
];

(skipReason === undefined ? test : test.skip)(
  "heads that are longer than their columns break, so that the last column is seen",
  async () => {
    const table = scrollingTable({
      label: "Heads",
      columns: [{ head: "column" }, ...heads.map((head) => ({ head, kind: "number" as const }))],
      rows: [["prediction", ...heads.map(() => "0.5")]],
    });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 700, height: 600 } });
      await page.setContent(`<style>${pageStyle}</style><main>${table.markup}</main>`);
      expect(await wideTables(page)).toEqual([]);
    } finally {
      await browser.close();
    }
  },
);
