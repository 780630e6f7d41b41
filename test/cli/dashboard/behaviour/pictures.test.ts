import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import { openDashboard } from "../../../../cli/dashboard/application";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { boardOf } from "../a-board";
import { partsOf } from "../parts-fixture";

const folder = useTemporaryFolder();
const docs = path.join(__dirname, "../../../../docs");

/** The pictures of each page; what is no page of its own has the reason why it needs none. */
const shown: Readonly<Record<string, readonly string[] | string>> = {
  "/": ["models"],
  "/models/:model": ["model", "not-current"],
  "/models/:model/runs": ["runs"],
  "/models/:model/runs/:run": ["run"],
  "/models/:model/versions": ["versions"],
  "/models/:model/versions/:version": ["version"],
  "/models/:model/compare": ["compare"],
  "/models/:model/data": ["data"],
  "/models/:model/monitoring": ["monitoring"],
  "/models/:model/trainings": ["trainings"],
  "/models/:model/trainings/compare": ["compare-trainings"],
  "/models/:model/trainings/:job": ["training"],
  "/models/:model/costs": ["costs"],
  "/models/:model/try": ["answer"],
  "/models/:model/score": ["scored"],
  "/models/:model/actions/:action": ["approve", "promote", "rollback", "retrain"],
  "/jobs/:job": ["job"],
  "/audit": ["audit"],
  "/live.js": "the script of the pages",
  "/models/:model/serving": "a part of the model's page, by itself",
  "/models/:model/scored/:id/:what(^scored|rejected$).csv": "a file",
};

/** Addresses of an application: each line of its tree of routes adds to the one above it. */
function routesOf(app: FastifyInstance): string[] {
  const above: string[] = [];
  const found: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split("\n")) {
    const [, indent = "", part = "", methods] =
      /^((?:[│ ] {3})*)[├└]── (.*?)(?: \((.*)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    above.splice(depth, Infinity, part);
    if (methods !== undefined) found.push(above.join(""));
  }
  return [...new Set(found)];
}

test("each page of the dashboard is in the document by a picture that is there", async () => {
  const app = await openDashboard(await partsOf(new Map([["houses", boardOf()]]), { scratch: folder() }));
  const routes = routesOf(app);
  await app.close();
  expect(routes.sort()).toEqual(Object.keys(shown).sort());
  const page = readFileSync(path.join(docs, "how-to/use-the-dashboard.md"), "utf8");
  const missing = Object.values(shown)
    .flatMap((pictures) => (typeof pictures === "string" ? [] : pictures))
    .filter(
      (name) =>
        !page.includes(`](../images/dashboard-${name}.png)`) ||
        !existsSync(path.join(docs, "images", `dashboard-${name}.png`)),
    );
  expect(missing).toEqual([]);
});
