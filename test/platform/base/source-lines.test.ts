import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { sourceLines } from "../../../platform/base/source-lines";
import { useTemporaryFolder } from "./temporary-folder";

const temporary = useTemporaryFolder();

test("a stack names the lines of sources", async () => {
  const text = 'type A = string;\n\nexport function fail(a?: A) {\n  throw new Error("no" + a);\n}\n';
  await writeFile(temporary("broken.ts"), text);
  const outfile = temporary("compiled.js");
  await build({
    entryPoints: [temporary("broken.ts")],
    outfile,
    bundle: true,
    sourcemap: true,
    format: "cjs",
  });
  const lines = (await readFile(outfile, "utf8")).split("\n");
  const line = lines.findIndex((each) => each.includes("new Error")) + 1;
  const column = (lines[line - 1] ?? "").indexOf("new Error") + 1;
  const stack = (file: string, at: string): string =>
    `Error: no\n    at fail (${file}:${at})\n    at ${file}:${at}`;
  expect(line).toBeGreaterThan(4);
  expect(sourceLines(stack(outfile, `${line}:${column}`))).toBe(stack(temporary("broken.ts"), "4:9"));
});

test("what has no map stays as it is", () => {
  const stack = `Error: a:b (c)\n    at fail (${temporary("other.js")}:1:2)\n    at node:internal/main:3:4\n`;
  expect(sourceLines(stack)).toBe(stack);
});
