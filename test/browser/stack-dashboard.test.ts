import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import type { Browser, BrowserContext } from "playwright-core";
import { openDashboard } from "../../cli/dashboard/application";
import { Jobs } from "../../cli/dashboard/actions/jobs";
import { listen } from "../../platform/http/listening";
import { access, partsOf } from "../cli/dashboard/parts-fixture";
import { openBrowser, skipReason } from "./chromium";
import { axeFindings, fits, narrow, picture } from "./look";
import { comparedJob, retrainingOutput, stackBoard, stackJobs, stackLog } from "./stack-board";

const pages = [
  ["trainings", "/models/diabetes/trainings"],
  ["training", "/models/diabetes/trainings/brave_lake_9d1x"],
  ["compare-trainings", "/models/diabetes/trainings/compare?run=quiet_hill_77ab&run=brave_lake_9d1x"],
  ["costs", "/models/diabetes/costs"],
  ["retrain", "/models/diabetes/actions/retrain"],
  ["promote", "/models/diabetes/actions/promote"],
  ["rollback", "/models/diabetes/actions/rollback"],
] as const;

const host = "127.0.0.1";

/** The dashboard as it is with a stack: what Azure would say comes from the test. */
(skipReason === undefined ? describe : describe.skip)(
  `the dashboard of a stack in Chromium${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const scratch = mkdtempSync(path.join(tmpdir(), "mlops-browser-"));
    const jobs = new Jobs(
      [process.execPath, "-e", `console.log(${JSON.stringify(retrainingOutput)})`],
      () => undefined,
    );
    let app: FastifyInstance;
    let browser: Browser;
    let origin: string;

    beforeAll(async () => {
      const parts = await partsOf(new Map([["diabetes", await stackBoard()]]), {
        scratch,
        jobs,
        trainings: () => ({
          list: () => Promise.resolve([...stackJobs]),
          watched: () => Promise.resolve([...stackJobs]),
          everyHours: () => Promise.resolve(24),
          compared: (id) => Promise.resolve(comparedJob(id)),
          open: (id) => {
            const job = stackJobs.find((each) => each.id === id);
            return job ? Promise.resolve({ job, log: stackLog }) : Promise.reject(new Error(id));
          },
        }),
      });
      app = await openDashboard(parts);
      origin = `http://${host}:${await listen(app.server, { host, port: 0 })}`;
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await app?.close();
      await jobs.stop();
      rmSync(scratch, { recursive: true, force: true });
    });

    async function enter(options: Parameters<Browser["newContext"]>[0] = {}): Promise<BrowserContext> {
      const context = await browser.newContext(options);
      await (await context.newPage()).goto(`${origin}/?key=${access.key}`);
      return context;
    }

    test.each(pages)("%s: axe-core finds nothing, light and dark", async (name, address) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await enter({ colorScheme, viewport: { width: 1200, height: 360 } });
        const page = await context.newPage();
        expect((await page.goto(origin + address))?.status()).toBe(200);
        expect(await axeFindings(page)).toEqual([]);
        await picture(page, colorScheme === "light" ? name : `${name}-dark`);
        await context.close();
      }
    });

    test.each(pages)(`%s: fits into ${narrow} px`, async (name, address) => {
      const context = await enter({ viewport: { width: narrow, height: 800 } });
      const page = await context.newPage();
      await page.goto(origin + address);
      expect(await fits(page)).toBe(true);
      await picture(page, `${name}-narrow`);
      await context.close();
    });

    test("a verb is started from its confirmation, and its page shows what it says", async () => {
      const context = await enter({ viewport: { width: 1200, height: 360 } });
      const page = await context.newPage();
      await page.goto(`${origin}/models/diabetes/actions/retrain`);
      await page.getByLabel("Why?").fill("Rows of November have arrived.");
      await page.getByRole("button", { name: "Retrain" }).click();
      await page.waitForURL(/jobs/);
      await page.locator(".badge.good", { hasText: "done" }).waitFor({ timeout: 20_000 });
      expect(await page.textContent("pre")).toContain("diabetes:3 is registered");
      expect(await axeFindings(page)).toEqual([]);
      await picture(page, "job");
      await page.setViewportSize({ width: narrow, height: 800 });
      expect(await fits(page)).toBe(true);
      await context.close();
    });

    /** A way to the dashboard that leads to a sign-in elsewhere once that has ended, as App Service does. */
    async function openFront(): Promise<{ front: Server; at: string; end: () => void }> {
      let hasEnded = false;
      const front = createServer((asked, answer) => {
        if (asked.url === "/sign-in") return void answer.end("Sign in, please.");
        if (hasEnded) return void answer.writeHead(302, { location: `${elsewhere}/sign-in` }).end();
        const { host: name } = new URL(origin);
        const passed = request(
          origin + asked.url,
          { headers: { ...asked.headers, host: name } },
          (response) => {
            answer.writeHead(response.statusCode ?? 500, response.headers);
            response.pipe(answer);
          },
        );
        passed.end();
      });
      const port = await listen(front, { host, port: 0 });
      // Another site, for a browser.
      const elsewhere = `http://localhost:${port}`;
      return { front, at: `http://${host}:${port}`, end: () => (hasEnded = true) };
    }

    test("a sign-in that has ended leads to the sign-in, without anybody loading the page again", async () => {
      const { front, at, end } = await openFront();
      const context = await enter();
      const page = await context.newPage();
      await page.goto(`${at}/models/diabetes`);
      end();
      await page.getByText("Sign in, please.").waitFor({ timeout: 15_000 });
      await context.close();
      front.closeAllConnections();
      front.close();
    });

    test("when the dashboard does not answer, its figures are said to be old, until it answers again", async () => {
      const context = await enter({ viewport: { width: 1200, height: 360 } });
      const page = await context.newPage();
      await page.goto(`${origin}/models/diabetes`);
      const mark = page
        .getByRole("status")
        .filter({ hasText: "Not current: the dashboard does not answer." });
      expect(await mark.count()).toBe(0);
      // As when it was stopped.
      await context.setOffline(true);
      await mark.waitFor({ timeout: 20_000 });
      expect(await page.locator("[data-live].stale").count()).toBe(1);
      expect(await page.locator("[data-live]").textContent()).toContain("diabetes:2");
      expect(await axeFindings(page)).toEqual([]);
      await picture(page, "not-current", 700);
      await context.setOffline(false);
      await mark.waitFor({ state: "hidden", timeout: 20_000 });
      expect(await page.locator("[data-live].stale").count()).toBe(0);
      app.server.closeAllConnections();
      await app.close();
      await mark.waitFor({ timeout: 20_000 });
      await context.close();
    });
  },
);
