import { linesWith, readText, sourceFiles } from "./sources";

/** A late loading of a file of ours, of which the type is taken from a path that is written a second time. */
const typed = /require\(\s*"(\.[^"]+)",?\s*\)\s*as\s+typeof\s+import\(\s*"(\.[^"]+)",?\s*\)/g;
const anyRequire = /\brequire\(\s*"\.[^"]*",?\s*\)/g;

/** Loaded for what loading them does. */
const untyped = ["scoring/process/container-main.ts"];

const files = sourceFiles();

/** What is loaded by one path and typed by another. */
function differing(text: string): string[] {
  return [...text.matchAll(typed)].flatMap(([, loaded, type]) =>
    loaded === type ? [] : [`${loaded} is loaded as ${type}`],
  );
}

test("what is loaded late has the type of the file that is loaded", () => {
  const found = files.flatMap((file) => differing(readText(file) ?? "").map((fault) => `${file}: ${fault}`));
  expect(found).toEqual([]);
  const all = files.flatMap((file) => [...(readText(file) ?? "").matchAll(typed)]);
  expect(all.length).toBeGreaterThan(80);
});

test("nothing is loaded late without a type", () => {
  const counts = (text: string) =>
    [text.matchAll(anyRequire), text.matchAll(typed)].map((all) => [...all].length);
  const found = files.filter((file) => {
    const text = (readText(file) ?? "").replace(/^\s*(\/?\*|\/\/).*$/gm, "").replace(/\/\/.*$|`[^`]*`/gm, "");
    const [all, withType] = counts(text);
    return all !== withType && !untyped.includes(file);
  });
  expect(found).toEqual([]);
  expect(linesWith(/require\("\.\/main"\)/, untyped)).toHaveLength(1);
});

test.each([
  ['const x = () => require("./a") as typeof import("./a");', []],
  [
    'const x = () =>\n  require(\n    "../b/a",\n  ) as typeof import("../b/c");',
    ["../b/a is loaded as ../b/c"],
  ],
])("%j has the faults %j", (text, faults) => {
  expect(differing(text)).toEqual(faults);
});
