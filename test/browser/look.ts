import { mkdirSync } from "node:fs";
import path from "node:path";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** Where pictures of pages go; they are taken when it is set. */
const pictures = process.env.DASHBOARD_PICTURES;

/** Width of a telephone, in pixels. */
export const narrow = 390;

/** Opens a page, and waits until it shows what it is asked for: one that takes long loads itself again until then. */
export async function openSettled(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('meta[http-equiv="refresh"]').waitFor({ state: "detached", timeout: 60_000 });
}

/** What axe-core finds wrong on a page, each with the first place. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated rather than added as a script, which the page's policy forbids.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes[0]?.html})`);
}

/** Whether a page is no wider than it is shown. */
export async function fits(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("document.documentElement.scrollWidth <= window.innerWidth");
}

/** Tables of a page that are not seen whole without being scrolled sideways, with the pixels that they want and have. */
export async function wideTables(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll(".scroll")]
      .filter((part) => part.scrollWidth > part.clientWidth)
      .map((part) => [part.getAttribute("aria-label"), part.scrollWidth, part.clientWidth].join(" "))`,
  );
}

/** Pixels that a picture is high at most: what is longer is shown from its beginning. */
const maxHeight = 2400;

/** Keeps what a page looks like, where pictures are asked for: as wide as it is, or as wide as a telephone. */
export async function picture(page: Page, name: string, height = maxHeight): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const [width, whole] = await page.evaluate<[number, number]>(
    "[window.innerWidth, Math.ceil(document.body.getBoundingClientRect().height)]",
  );
  await page.screenshot({
    path: path.join(pictures, `dashboard-${name}.png`),
    fullPage: true,
    clip: { x: 0, y: 0, width, height: Math.min(whole, height) },
  });
}
