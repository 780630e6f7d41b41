import path from "node:path";
import { shortenPaths, shownPath } from "../../../platform/base/shown-path";

const here = process.cwd();

test.each([
  [path.join(here, "models", "a.csv"), path.join("models", "a.csv")],
  [here, "."],
  [path.join(here, "..", "elsewhere", "a.csv"), path.join(path.dirname(here), "elsewhere", "a.csv")],
  [path.join(here, "..hidden"), "..hidden"],
  [path.join("models", "a.csv"), path.join("models", "a.csv")],
])("%s is shown as %s", (file, shown) => {
  expect(shownPath(file)).toBe(shown);
});

test.each([
  [`There is no file ${here}/a.csv. Check the path.`, "There is no file a.csv. Check the path."],
  [`"${here}/a b.csv" and ${here}/c.csv`, `"a b.csv" and c.csv`],
  [`the folder ${here}`, `the folder ${here}`],
  [`${here}-other/a.csv`, `${here}-other/a.csv`],
  [`/mnt${here}/a.csv`, `/mnt${here}/a.csv`],
])("the paths in a text are shortened: %s", (text, short) => {
  expect(shortenPaths(text)).toBe(short);
});
