import { execFile } from "node:child_process";
import path from "node:path";

const repository = path.join(__dirname, "../..");

/** Lints a text as if it were a file of the service (a script, for which no types are read), and answers which rules it breaks. */
function brokenRules(text: string): Promise<string[]> {
  const args = ["--stdin", "--stdin-filename", "scoring/http/pattern.mjs", "--format", "json"];
  return new Promise((resolve, reject) => {
    const program = path.join(repository, "node_modules/eslint/bin/eslint.js");
    const child = execFile(process.execPath, [program, ...args], { cwd: repository }, (error, stdout) => {
      if (stdout === "") return reject(error ?? new Error("eslint said nothing"));
      const [file] = JSON.parse(stdout) as { messages: { ruleId: string }[] }[];
      resolve(file?.messages.map(({ ruleId }) => ruleId) ?? []);
    });
    child.stdin?.end(text);
  });
}

test("a pattern that backtracks is a fault of the lint, and one that does not is none", async () => {
  // The first is the one that took 10 s for a field of 40,000 digits.
  const bad = "export const number = /^\\d*\\.?\\d*(?:e\\d+)?$/;\nexport const twice = /(?:a+)+$/;\n";
  expect(await brokenRules(bad)).toEqual(
    expect.arrayContaining(["regexp/no-super-linear-backtracking", "regexp/no-super-linear-move"]),
  );
  expect(await brokenRules("export const number = /^\\d+(?:\\.\\d+)?$/;\n")).toEqual([]);
});
