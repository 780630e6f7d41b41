import { targetNames } from "../../platform/release/place";
import { linesWith, sourceFiles } from "./sources";

const names = targetNames.join("|");
/** A target compared with a name, or given one; `azure` names nothing else, and a registry may be `local`, too. */
const named = new RegExp(
  `\\b(target|MLOPS_TARGET) [!=]== "(${names})"|[!=]== "azure"|\\btarget: "(${names})"|\\bcase "azure"`,
);
/** The setting's own list of names, and the one place that says what each means. */
const allowed = ["platform/settings/settings.ts", "platform/release/place.ts"];

test("no source asks for a target's name: platform/release/place.ts says what differs", () => {
  const files = sourceFiles().filter((file) => !allowed.includes(file));
  expect(files.length).toBeGreaterThan(100);
  expect(linesWith(named, files)).toEqual([]);
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
