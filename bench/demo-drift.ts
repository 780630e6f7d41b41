/**
 * Shows the loop after a release on this machine, through the real verbs, as weeks of a town whose flats come from a seed: traffic that
 * only looks different, a changed relation that is found, learnt, released and cured, and a sudden break for which an older version
 * is best. Prints a time line, writes it as a page, and ends with 1 when it does not go as told.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { reasonOf } from "../platform/base/errors";
import { renderStory } from "./demo/page";
import { DemoPlace } from "./demo/place";
import { Teller } from "./demo/story";

const home = path.resolve(process.env.MLOPS_HOME ?? ".mlops", "demo-drift");

async function main(): Promise<void> {
  const started = performance.now();
  const place = new DemoPlace(home);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    const story = await new Teller(place, print).tell();
    const file = path.join(home, "reports", "demo-drift.html");
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await renderStory(story));
    const failed = story.events.filter(({ holds }) => !holds).length;
    print(
      `\n${failed === 0 ? "All of it went as told" : `${failed} of it went otherwise`}, in ${((performance.now() - started) / 1000).toFixed(0)} s. The page: ${path.relative(process.cwd(), file)}`,
    );
    if (failed > 0) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
    await place.verb("stop").catch(() => undefined);
  }
}

void main();
