import { readFileSync } from "node:fs";
import path from "node:path";
import { costDrivers } from "../../../../cli/dashboard/pages/cost-drivers";

test("the drivers are those of the page on costs, word by word", () => {
  const page = readFileSync(path.join(__dirname, "../../../../docs/reference/costs.md"), "utf8");
  const rows = [...page.matchAll(/^\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm)].map(([, what, idle, saving]) => ({
    what,
    idle,
    saving,
  }));
  const [head, ...drivers] = rows.filter(({ what }) => !/^-+$/.test(what ?? ""));
  expect(head?.what).toBe("What");
  expect(drivers).toEqual(costDrivers);
});
