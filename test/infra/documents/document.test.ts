import { readFileSync } from "node:fs";
import { settings } from "../../../infra/config/config-settings";
import { settingsPagePath, settingsTable, withSettings } from "../../../infra/documents/document";

test("docs/reference/stack-settings.md has every setting as it is; `npm run infra:docs` writes the table anew", () => {
  const document = readFileSync(settingsPagePath, "utf8");
  expect(withSettings(document, settingsTable())).toBe(document);
});

test("the table says what is required, what is optional and what stands for the rest", () => {
  const { owner, host, computeMinNodes, operators } = settings;
  const rows = settingsTable({ owner, host, computeMinNodes, operators }).split("\n").slice(2);
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  expect(cells.map(([, key, value]) => [key, value])).toEqual([
    ["`owner`", "**required**"],
    ["`host`", "optional"],
    ["`computeMinNodes`", "`0`"],
    ["`operators`", "none"],
  ]);
});

test("a document without the markers is refused, with what to do", () => {
  expect(() => withSettings("# Settings\n", "| table |")).toThrow("Put both where the table belongs.");
});
