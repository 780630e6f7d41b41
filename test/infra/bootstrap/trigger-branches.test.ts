import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { requireTriggersOf } from "../../../infra/bootstrap/trigger-branches";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const temporary = useTemporaryFolder();
const pipelines = path.join(__dirname, "..", "..", "..", "pipelines");

/** The repository's pipelines with another branch in them. */
function copied(branch: string, ...but: readonly string[]): string {
  const folder = temporary("pipelines");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(pipelines).filter((each) => each.endsWith(".yml"))) {
    const text = readFileSync(path.join(pipelines, name), "utf8");
    writeFileSync(
      path.join(folder, name),
      but.includes(name) ? text : text.replaceAll("include: [main] }", `include: [${branch}] }`),
    );
  }
  return folder;
}

test("pipelines that start for the branch are taken, whatever its name", () => {
  expect(() => requireTriggersOf("main")).not.toThrow();
  expect(() => requireTriggersOf("trunk", copied("trunk"))).not.toThrow();
  expect(() => requireTriggersOf("trunk", copied("main, trunk"))).not.toThrow();
});

test("every line that names another branch is listed, with what to do", () => {
  let message = "";
  try {
    requireTriggersOf("trunk");
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain("Change them, commit that to trunk, and run this again:");
  const named = [...message.matchAll(/pipelines\/(\w+)\.yml:\d+: /g)].map(([, name]) => name);
  expect(named).toEqual(["batch", "build", "monitor", "nightly", "pr", "preview"]);
});

test("one that was forgotten is found", () => {
  const folder = copied("trunk", "nightly.yml");
  expect(() => requireTriggersOf("trunk", folder)).toThrow(/pipelines\/nightly\.yml:\d+: /);
});
