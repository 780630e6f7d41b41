import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseModelDefinition } from "../../platform/definition/definition";
import {
  anchorsOf,
  brokenLinks,
  missingPaths,
  recordFaults,
  unknownScripts,
  unknownVariables,
  unreachablePages,
  type Pages,
} from "./page-faults";

const repository = path.join(__dirname, "..", "..");
const read = (file: string): string => readFileSync(path.join(repository, file), "utf8");

const ignored = [".git", ...read(".gitignore").split("\n")].map((line) => line.replace(/\/$/, ""));

/** All files and folders that belong to the repository. */
function pathsBelow(folder: string): string[] {
  return readdirSync(path.join(repository, folder), { withFileTypes: true })
    .filter(({ name }) => !ignored.includes(name))
    .flatMap((entry) => {
      const own = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? [own, ...pathsBelow(own)] : [own];
    });
}

const paths = new Set(pathsBelow(""));
const pages: Pages = new Map(
  [...paths]
    .filter((file) => file.endsWith(".md") && !file.includes("/fixtures/"))
    .map((file) => [file, read(file)]),
);
const manifest = JSON.parse(read("package.json")) as Record<
  "scripts" | "dependencies" | "devDependencies",
  Record<string, string>
>;

describe("the pages of this repository", () => {
  test("have links that lead somewhere", () => {
    expect(pages.size).toBeGreaterThan(50);
    expect(brokenLinks(pages, paths)).toEqual([]);
  });

  test("are reached from the README, but for the templates", () => {
    const templates = [".github/pull_request_template.md", ".azuredevops/pull_request_template.md"];
    expect(unreachablePages(pages, "README.md").sort()).toEqual(templates.sort());
  });

  test("name scripts that package.json has", () => {
    expect(unknownScripts(pages, new Set(Object.keys(manifest.scripts)))).toEqual([]);
  });

  test("name files and folders that are there", () => {
    // The models that a reader makes.
    expect(
      missingPaths(
        pages,
        paths,
        ["churn", "claims", "deliveries", "iris", "orders", "sugar", "survival"].map(
          (name) => `models/${name}/`,
        ),
      ),
    ).toEqual([]);
  });

  test("name settings that programs read", () => {
    const sources = [...paths].filter((file) => /\.(ts|yml)$|Dockerfile$/.test(file));
    const known = new Set(sources.flatMap((file) => read(file).match(/\bMLOPS_\w*[A-Z]\b/g) ?? []));
    expect(unknownVariables(pages, known)).toEqual([]);
  });

  test("record decisions whole and numbered without gaps", () => {
    const records = [...pages.keys()].filter((page) => /^docs\/decisions\/\d/.test(page)).sort();
    expect(records.flatMap((page) => recordFaults(page, pages.get(page) ?? ""))).toEqual([]);
    expect(records.map((page) => Number(path.posix.basename(page).slice(0, 4)))).toEqual(
      records.map((_page, index) => index + 1),
    );
  });

  test("give a reason for each package that is used, and for no other", () => {
    const rows = read("docs/explanation/dependencies.md").match(/^\| `.*?\|/gm) ?? [];
    const named = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
    const used = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    const fits = (pattern: string, name: string): boolean =>
      pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
    expect(used.filter((name) => !named.some((pattern) => fits(pattern, name)))).toEqual([]);
    expect(named.filter((pattern) => !used.some((name) => fits(pattern, name)))).toEqual([]);
  });

  test("say which folder may import which as the linter has it", () => {
    const { forbidden } = require("../../.dependency-cruiser.cjs") as {
      forbidden: { name: string; comment?: string }[];
    };
    const architecture = read("docs/explanation/architecture.md");
    const said = forbidden.flatMap(({ name, comment = "" }) => {
      const folder = /^([a-z]+)-imports$/.exec(name)?.[1];
      const row = new RegExp(`^\\| \`${folder}/.*\\| (.+?) +\\|$`, "m").exec(architecture)?.[1] ?? "";
      const names = [...row.matchAll(/`([a-z]+)`/g)].map(([, one]) => one);
      const written = `${folder}/ may import ${names.join(", ") || "nothing of ours"}.`;
      return folder === undefined ? [] : [{ written, comment }];
    });
    expect(said.length).toBeGreaterThan(8);
    expect(said.map(({ written }) => written)).toEqual(said.map(({ comment }) => comment));
  });

  test("give the defaults of a model definition as its schema has them", () => {
    const smallest = {
      name: "abc",
      task: "regression",
      data: "data.csv",
      columns: [
        { name: "x", type: "number" },
        { name: "y", type: "number", role: "target" },
      ],
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
    };
    const parsed = parseModelDefinition(smallest, "the smallest");
    const { split, checks, gate, drift, serving, canary } = parsed;
    const format = { thousands: "", ...parsed.format };
    const defaults = Object.entries({ format, split, checks, gate, drift, serving, canary }).flatMap(
      ([part, values]) =>
        Object.entries(values)
          .filter(([key]) => key !== "metric")
          .map(([key, value]) => [`${part}.${key}`, Array.isArray(value) ? value.join(", ") : String(value)]),
    );
    const page = read("docs/reference/model-definition.md");
    const written = [...page.matchAll(/^\| `([a-z]+\.\w+)` +\| (.+?) +\|/gm)]
      .map(([, key, value = ""]) => [key, value.replaceAll(/[`"[\]]/g, "").replace("none", "")])
      .filter(([, value]) => value !== "required");
    // What may be left out and then is not there.
    const absent = ["column", "group", "stratify", "time"].map((key) => [`split.${key}`, ""]);
    expect(written.sort()).toEqual([...defaults, ...absent].sort());
  });

  test("ask the same of a pull request on both systems", () => {
    expect(read(".azuredevops/pull_request_template.md")).toBe(read(".github/pull_request_template.md"));
  });
});

describe("a check of pages", () => {
  const there = new Set([
    "README.md",
    "docs",
    "docs/a.md",
    "docs/b.md",
    "src",
    "src/rooms",
    "src/rooms/x.ts",
  ]);
  const one = (text: string): Pages =>
    new Map([
      ["docs/a.md", text],
      ["docs/b.md", "# A `b`, and more\n\n## Twice\n\n## Twice\n"],
    ]);

  test.each([
    ["[x](b.md)", []],
    ["[x](b.md#a-b-and-more)", []],
    ["[x](b.md#twice-1)", []],
    ["[x](../src/rooms/)", []],
    ["[x](https://example.com/nothing)", []],
    ["# Here\n\n[x](#here)", []],
    ["```\n[x](nowhere.md)\n```", []],
    ["[x](c.md)", ["docs/a.md: the link c.md leads to no file or folder."]],
    ["[x](b.md#twice-2)", ["docs/a.md: the link b.md#twice-2 leads to no heading of docs/b.md."]],
    ["```\n# Here\n```\n[x](#here)", ["docs/a.md: the link #here leads to no heading of docs/a.md."]],
  ])("follows the links of %j", (text, faults) => {
    expect(brokenLinks(one(text), there)).toEqual(faults);
  });

  test.each([
    ["`src/rooms/x.ts`", []],
    ["`src/<room>/*.ts`", []],
    ["`src/{rooms,halls}/`", []],
    ["`src/**/x.ts`", []],
    ["`elsewhere/x.ts`", []],
    ["`src/example/x.ts`", []],
    ["`src/rooms/y.ts`", ["docs/a.md: there is no src/rooms/y.ts."]],
    ["`src/<room>/*.js`", ["docs/a.md: there is no src/<room>/*.js."]],
  ])("looks for the paths of %j", (text, faults) => {
    expect(missingPaths(one(text), there, ["src/example/"])).toEqual(faults);
  });

  test.each([
    ["npm start -- --yes", []],
    ["`npm run lint:fix`.", []],
    ["npm run lint", ['docs/a.md: package.json has no script "lint".']],
    ["npm test", ['docs/a.md: package.json has no script "test".']],
  ])("looks for the scripts of %j", (text, faults) => {
    expect(unknownScripts(one(text), new Set(["start", "lint:fix"]))).toEqual(faults);
  });

  test("finds pages that nothing links to", () => {
    expect(unreachablePages(one("[x](b.md)"), "docs/a.md")).toEqual([]);
    expect(unreachablePages(one("nothing"), "docs/a.md")).toEqual(["docs/b.md"]);
  });

  test("finds settings that nobody reads", () => {
    expect(unknownVariables(one("`MLOPS_A` and `MLOPS_B=1`"), new Set(["MLOPS_A"]))).toEqual([
      "docs/a.md: no program reads MLOPS_B.",
    ]);
  });

  test("finds what a record lacks", () => {
    const whole =
      "# 7. T\n\n- Date: 2026-11-26\n- Status: accepted\n\n## Choice\n\nA\n\n## Reasons\n\n- B\n\n## What would change it\n\nC\n";
    expect(recordFaults("docs/decisions/0007-t.md", whole)).toEqual([]);
    expect(recordFaults("docs/decisions/0008-t.md", whole.replace("- B", ""))).toEqual([
      'docs/decisions/0008-t.md lacks the heading "# 8. <title>".',
      'docs/decisions/0008-t.md lacks the section "Reasons".',
    ]);
  });

  test("knows the anchors of headings", () => {
    expect([...anchorsOf("# The `mlops` command\n## [A](b.md) & C: d!\n")]).toEqual([
      "the-mlops-command",
      "a--c-d",
    ]);
  });
});
