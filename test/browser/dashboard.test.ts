import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { recordWindow } from "../../cli/watching/window-journal";
import { openLocalStorage } from "../../platform/storage/local-storage";
import { logDiabetes } from "../cli/watching/watch-fixture";
import { ofDiabetes, watchedWindow } from "../cli/dashboard/a-board";
import { listen } from "../../platform/http/listening";
import { repository, Workplace, type Started } from "../e2e/mlops";
import { openBrowser, skipReason } from "./chromium";
import { axeFindings, fits, narrow, openSettled, picture, wideTables } from "./look";

const pages = [
  ["models", "/"],
  ["model", "/models/diabetes"],
  ["waiting", "/models/titanic"],
  ["runs", "/models/diabetes/runs"],
  ["versions", "/models/diabetes/versions"],
  ["version", "/models/diabetes/versions/1"],
  ["run", ""],
  ["compare", ""],
  ["data", "/models/diabetes/data"],
  ["monitoring", "/models/diabetes/monitoring"],
  ["try", "/models/diabetes/try"],
  ["audit", "/audit"],
  ["approve", "/models/diabetes/actions/approve"],
  ["approve-first", "/models/titanic/actions/approve"],
  ["not-found", "/models/none"],
] as const;

/** Three days of watching, with a column that drifts and performance that falls. */
async function recordWindows(folder: string): Promise<void> {
  const storage = openLocalStorage(folder);
  for (const day of [1, 2, 3])
    await recordWindow(storage, watchedWindow(day, ofDiabetes), { environment: "prod", name: "diabetes" });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, { host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

(skipReason === undefined ? describe : describe.skip)(
  `the dashboard in Chromium${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const workplace = new Workplace();
    let served: Started;
    let dashboard: Started;
    let browser: Browser;
    let origin: string;
    let key: string;

    /** The first rows of the data, as it may have been once; gives the file. */
    async function earlyRows(rows: number): Promise<string> {
      const lines = readFileSync(path.join(repository, "models/diabetes/data.csv"), "utf8").split("\n");
      const file = path.join(workplace.home, "early.csv");
      await writeFile(file, `${lines.slice(0, rows + 1).join("\n")}\n`);
      return file;
    }

    /** What became of the first of those whom production was asked about; gives the file. */
    async function writeTruth(): Promise<string> {
      const lines = readFileSync(path.join(repository, "models/diabetes/data.csv"), "utf8")
        .trim()
        .split("\n");
      const file = path.join(workplace.home, "truth.csv");
      const truth = lines.slice(1, 81).map((line, index) => `r-${index},${line.split(",").at(-1)}`);
      await writeFile(file, `request_id,progression\n${truth.join("\n")}\n`);
      return file;
    }

    beforeAll(async () => {
      const early = await earlyRows(300);
      await workplace.json(["lifecycle", "--model", "diabetes", "--yes", "--data", early]);
      await recordWindows(workplace.path("windows"));
      await logDiabetes(openLocalStorage(workplace.path("predictions")));
      const collected = path.join(workplace.home, "collected.csv");
      const truth = await writeTruth();
      await workplace.json(["collect", "--model", "diabetes", "--labels", truth, "--output", collected]);
      // It waits for an approval, beside what serves.
      await workplace.json(["lifecycle", "--model", "diabetes", "--data", collected]);
      await workplace.json(["lifecycle", "--model", "titanic"]);
      served = workplace.start(["serve", "--model", "diabetes"]);
      await served.printed("Ctrl-C stops it");
      dashboard = workplace.start(["dashboard", "--allow-changes", "--port", String(await freePort())]);
      await dashboard.printed("Ctrl-C stops it");
      [, origin = "", key = ""] = /(http:\/\/[\d.:]+)\/\?key=(\S+)/.exec(dashboard.output()) ?? [];
      browser = await openBrowser();
    }, 300_000);
    afterAll(async () => {
      await browser?.close();
      for (const started of [dashboard, served]) {
        started?.process.kill("SIGTERM");
        await started?.ended;
      }
      await workplace.remove();
    });

    /** A browser that has the dashboard's key. */
    async function enter(options: Parameters<Browser["newContext"]>[0] = {}): Promise<BrowserContext> {
      const context = await browser.newContext(options);
      await (await context.newPage()).goto(`${origin}/?key=${key}`);
      return context;
    }

    async function addressOf(page: Page, name: string, address: string): Promise<string> {
      if (address !== "") return origin + address;
      await page.goto(`${origin}/models/diabetes/runs`);
      const found = await page.locator('tbody a[href*="/runs/"]').all();
      const runs = await Promise.all(found.map(async (link) => (await link.getAttribute("href")) ?? ""));
      if (name === "run") return origin + (runs.at(-1) ?? "");
      const ids = runs.map((href) => `run=${href.split("/").at(-1)}`);
      return `${origin}/models/diabetes/compare?${ids.join("&")}`;
    }

    test.each(pages)("%s: axe-core finds nothing, light and dark", async (name, address) => {
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await enter({ colorScheme, viewport: { width: 1200, height: 900 } });
        const page = await context.newPage();
        await openSettled(page, await addressOf(page, name, address));
        expect(await axeFindings(page)).toEqual([]);
        await picture(page, colorScheme === "light" ? name : `${name}-dark`);
        await context.close();
      }
    });

    test.each(pages)("%s: no table is scrolled sideways at 1280 px", async (name, address) => {
      const context = await enter({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await openSettled(page, await addressOf(page, name, address));
      expect(await wideTables(page)).toEqual([]);
      await context.close();
    });

    test.each(pages)(`%s: fits into ${narrow} px`, async (name, address) => {
      const context = await enter({ viewport: { width: narrow, height: 800 } });
      const page = await context.newPage();
      await openSettled(page, await addressOf(page, name, address));
      expect(await fits(page)).toBe(true);
      await picture(page, `${name}-narrow`);
      await context.close();
    });

    test("nobody gets in without the key", async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const answer = await page.goto(`${origin}/models/diabetes`);
      expect(answer?.status()).toBe(401);
      expect(await page.textContent("main")).toContain("it holds a key");
      await context.close();
    });

    test("a request is tried, and each feature says what it adds", async () => {
      const context = await enter();
      const page = await context.newPage();
      await page.goto(`${origin}/models/diabetes/try`);
      await page.getByLabel("bmi").fill("32.1");
      await page.getByRole("button", { name: "Predict" }).click();
      expect(await page.textContent(".answer")).toMatch(/progression: [\d.]+/);
      expect(await page.locator('[aria-label="Contributions"] tbody tr').count()).toBe(10);
      await picture(page, "answer");
      await page.getByLabel("bmi").fill("1000");
      await page.getByRole("button", { name: "Predict" }).click();
      expect(await page.textContent("main")).toContain('"bmi" is 1000. 10 to 70 is allowed');
      await context.close();
    });

    test("a file is scored, and comes back with its predictions", async () => {
      const lines = readFileSync(path.join(repository, "models/diabetes/data.csv"), "utf8").split("\n");
      const file = path.join(workplace.home, "rows.csv");
      await writeFile(file, lines.slice(0, 6).join("\n"));
      const context = await enter();
      const page = await context.newPage();
      await page.goto(`${origin}/models/diabetes/try`);
      await page.getByLabel("CSV file").setInputFiles(file);
      await page.getByRole("button", { name: "Score it" }).click();
      await page.getByRole("link", { name: "Download the predictions" }).waitFor();
      await picture(page, "scored");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download the predictions" }).click(),
      ]);
      const scored = readFileSync(await download.path(), "utf8")
        .trim()
        .split("\n");
      expect(scored).toHaveLength(6);
      expect(scored[0]).toContain("prediction");
      await context.close();
    });

    test("the page of one model is used by the keyboard, fits a telephone, and leads nowhere else", async () => {
      const own = workplace.start(["page", "--model", "diabetes", "--port", String(await freePort())]);
      await own.printed("Ctrl-C stops it");
      const [link = ""] = /http:\/\/\S+/.exec(own.output()) ?? [];
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({ colorScheme, viewport: { width: narrow, height: 800 } });
        const page = await context.newPage();
        await page.goto(link);
        expect(await axeFindings(page)).toEqual([]);
        expect(await fits(page)).toBe(true);
        await page.getByLabel("bmi").focus();
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.type("32.1");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".answer");
        await picture(page, `page-${colorScheme}`);
        expect(await axeFindings(page)).toEqual([]);
        expect((await page.goto(new URL("/models/diabetes", link).href))?.status()).toBe(404);
        await context.close();
      }
      own.process.kill("SIGTERM");
      await own.ended;
    });

    test("a version is approved by the keyboard alone, with a reason, while another page sees it arrive", async () => {
      const context = await enter();
      const [page, watcher] = [await context.newPage(), await context.newPage()];
      await watcher.goto(`${origin}/models/titanic`);
      await page.goto(`${origin}/models/titanic`);
      await page.getByRole("link", { name: "Approve titanic:1" }).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/actions\/approve/);
      const stale = await page.content();
      await page.getByLabel("Why?").focus();
      await page.keyboard.type("Better than the rule of thumb.");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.waitForURL(/jobs/);
      await page.getByText("done", { exact: false }).first().waitFor({ timeout: 60_000 });
      expect(await page.textContent("pre")).toContain("titanic:1 is in production");
      expect(await axeFindings(page)).toEqual([]);
      await page.setViewportSize({ width: narrow, height: 800 });
      expect(await fits(page)).toBe(true);
      // Without being loaded again.
      await watcher
        .locator("[data-live] tbody tr", { hasText: "prod" })
        .getByText("titanic:1")
        .waitFor({ timeout: 10_000 });
      const [, stand = ""] = /name="stand" value="(\w+)"/.exec(stale) ?? [];
      const [, formKey = ""] = /name="key" value="([^"]+)"/.exec(stale) ?? [];
      const again = await context.request.post(`${origin}/models/titanic/actions/retrain`, {
        headers: { origin },
        form: { key: formKey, stand, reason: "a page of before" },
      });
      expect(again.status()).toBe(409);
      await context.close();
    });
  },
);
