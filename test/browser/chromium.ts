import { execFileSync } from "node:child_process";
import { chromium, type Browser } from "playwright-core";

/** Chromium on this machine, named by CHROMIUM or found by its usual names; undefined where there is none. */
function findChromium(): string | undefined {
  const names = [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"].filter(Boolean);
  return names.find((name) => {
    try {
      execFileSync(name ?? "", ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

const program = findChromium();

/** Why tests in a browser cannot run here; undefined where they can. */
export const skipReason =
  program === undefined ? "no Chromium: install the package chromium, or name one by CHROMIUM" : undefined;

function pathOf(name: string): string {
  return name.includes("/") ? name : execFileSync("which", [name], { encoding: "utf8" }).trim();
}

/** Starts the browser, without a window. */
export function openBrowser(): Promise<Browser> {
  // Its own sandbox needs rights that a container's root does not have; it shows nothing but our own pages.
  return chromium.launch({ executablePath: pathOf(program ?? ""), args: ["--no-sandbox"] });
}
