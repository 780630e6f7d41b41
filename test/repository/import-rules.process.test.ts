import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "./sources";

/** The rules of .dependency-cruiser.cjs, held against sources that break one of them each. */

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mlops-imports-"));
  writeFileSync(path.join(folder, "tsconfig.json"), '{ "compilerOptions": { "module": "commonjs" } }');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly summary: {
    readonly violations: { readonly rule: { readonly name: string }; readonly from: string }[];
  };
}

/** Names of the rules that these files break, each with the file that does. */
function broken(files: Readonly<Record<string, string>>): string[] {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  // Beside the sources, as it names their tsconfig.json.
  cpSync(path.join(root, ".dependency-cruiser.cjs"), path.join(folder, ".dependency-cruiser.cjs"));
  const program = path.join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const folders = [...new Set(Object.keys(files).map((file) => file.split("/", 1)[0] ?? ""))];
  const args = ["--config", ".dependency-cruiser.cjs", "--no-progress", "--output-type", "json", ...folders];
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as Report;
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();
}

const file = "export const value = 1;\n";
const late = (where: string): string =>
  `export const load = () => require("${where}") as typeof import("${where}");\n`;

test("what follows them passes", () => {
  expect(
    broken({
      "platform/base/a.ts": file,
      "platform/model/b.ts": 'export * from "../base/a";\n',
      "scoring/http/c.ts": late("../../platform/model/b"),
    }),
  ).toEqual([]);
});

test("a folder that loads another one late breaks them, as one that imports it", () => {
  expect(
    broken({
      "training/job/fit.ts": file,
      "scoring/http/late.ts": late("../../training/job/fit"),
      "scoring/http/soon.ts":
        'import { value } from "../../training/job/fit";\nexport const other = value;\n',
    }),
  ).toEqual(["scoring-imports: scoring/http/late.ts", "scoring-imports: scoring/http/soon.ts"]);
});

test("a room of platform/ that loads one below itself breaks them", () => {
  expect(broken({ "platform/model/b.ts": file, "platform/base/a.ts": late("../model/b") })).toEqual([
    "platform-base-imports: platform/base/a.ts",
  ]);
});

test("files and rooms that lead in a circle break them, also by loading late", () => {
  expect(
    broken({
      "cli/runs/a.ts": `import "./b";\n${file}`,
      "cli/runs/b.ts": late("./a"),
    }),
  ).toEqual(expect.arrayContaining(["no-file-cycles: cli/runs/a.ts"]));
  rmSync(path.join(folder, "cli"), { recursive: true });
  const rooms = broken({
    "cli/runs/a.ts": 'export * from "../steps/b";\n',
    "cli/steps/b.ts": file,
    "cli/steps/c.ts": late("../runs/d"),
    "cli/runs/d.ts": file,
  });
  expect(rooms.some((fault) => fault.startsWith("no-room-cycles"))).toBe(true);
});
