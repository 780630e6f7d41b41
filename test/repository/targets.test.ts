import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { targetNames } from "../../platform/release/place";

const root = path.join(__dirname, "..", "..");
const names = targetNames.join("|");
/** A target compared with a name, or given one; `azure` names nothing else, and a registry may be `local`, too. */
const named = new RegExp(
  `\\b(target|MLOPS_TARGET) [!=]== "(${names})"|[!=]== "azure"|\\btarget: "(${names})"|\\bcase "azure"`,
);
/** The setting's own list of names, and the one place that says what each means. */
const allowed = ["platform/settings/settings.ts", "platform/release/place.ts"];
const rooms = ["platform", "training", "scoring", "deploy", "cli", "pipelines", "build"];

test("no source asks for a target's name: platform/release/place.ts says what differs", () => {
  const files = execFileSync("git", ["ls-files", "--", ...rooms], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n")
    .filter((file) => file.endsWith(".ts") && !allowed.includes(file));
  const found = files.flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) => (named.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test.each([
  'if (flags.target === "azure") {',
  'if (target === "local") return here;',
  'settings.target !== "local"',
  'env.MLOPS_TARGET === "azure"',
  'openingHistory(opening, { target: "azure" })',
  'name === "azure"',
])("%s would be found", (line) => {
  expect(named.test(line)).toBe(true);
});
