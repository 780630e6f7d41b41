import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * What CONTRIBUTING.md says of adding something is true: each test makes a copy of the sources, changes in it the files
 * that the page names and no others, and uses what it has added.
 */

const repository = path.join(__dirname, "..", "..");
const contributing = readFileSync(path.join(repository, "CONTRIBUTING.md"), "utf8");
let copy: string;

beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), "mlops-change-"));
  const folders = ["cli", "deploy", "infra", "models", "platform", "scoring", "training", "build"];
  for (const entry of [...folders, "package.json", "tsconfig.json", "environments.yml"])
    cpSync(path.join(repository, entry), path.join(copy, entry), { recursive: true });
  symlinkSync(path.join(repository, "node_modules"), path.join(copy, "node_modules"));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Files that a section of CONTRIBUTING.md names, with its placeholders filled in. */
function filesNamed(heading: string, filled: Readonly<Record<string, string>>): string[] {
  const section = contributing.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}".`);
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, file = ""]) =>
    file.replace(/<(\w+)>/g, (_, name: string) => filled[name] ?? name),
  );
}

/** Writes a file of the copy that the page names: new, or the old one with a text put after another. */
function change(named: readonly string[], file: string, write: (old: string) => string): void {
  if (!named.includes(file)) throw new Error(`CONTRIBUTING.md does not name ${file}.`);
  const target = path.join(copy, file);
  writeFileSync(target, write(named.length > 0 && isThere(target) ? readFileSync(target, "utf8") : ""));
}

function isThere(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

function after(text: string, added: string): (old: string) => string {
  return (old) => {
    if (!old.includes(text)) throw new Error(`There is no "${text}" to add something after.`);
    return old.replace(text, `${text}${added}`);
  };
}

/** Runs a program of the copy. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(process.execPath, ["--require", "tsx/cjs", ...args], {
    cwd: copy,
    encoding: "utf8",
    env: { ...process.env, MLOPS_HOME: path.join(copy, ".mlops"), ...env },
  });
}

const writeModel = (settings: string): void => {
  const file = path.join(copy, "models/diabetes/model.ts");
  writeFileSync(file, readFileSync(file, "utf8").replace(/ {2}trainer: \{[^}]*\},/, settings));
};

test("a trainer: one that always answers the mean is trained, measured and registered by the command", () => {
  const named = filesNamed("Add a trainer", { kind: "mean" });
  change(
    named,
    "platform/definition/trainers.ts",
    after(
      "const trainerKinds = {",
      `mean: { tasks: ["regression"], settings: closedObject({ kind: z.literal("mean"), shift: z.number() }) },`,
    ),
  );
  change(
    named,
    "training/trainers/mean.ts",
    () => `import { targetSql } from "../preprocessing/target";
      import { aggregate } from "../preprocessing/sql";
      import { fitLinear } from "./linear";
      import type { Trainer } from "./trainer";
      export const mean: Trainer<"mean"> = {
        fit: (input, { shift }) =>
          fitLinear(input, async ({ engine, design }) => {
            const [value = NaN] = await aggregate(engine, input.from, ["avg(" + targetSql(input.definition) + ")"]);
            return { intercept: value + shift, coefficients: design.columns.map(() => 0) };
          }),
      };`,
  );
  change(named, "training/trainers/trainers.ts", (old) =>
    `import { mean } from "./mean";\n${old}`.replace("= { ridge,", "= { mean, ridge,"),
  );
  writeModel(`  trainer: { kind: "mean", shift: 2 },`);
  const output = run(["cli/main.ts", "train", "diabetes", "--output", "trained"]);
  expect(output).toContain("mean");
  const metrics = JSON.parse(readFileSync(path.join(copy, "trained/metrics.json"), "utf8")) as {
    training: { metrics: { r2: number } };
  };
  // The mean explains nothing, and one that is off by 2 a little less: -4 / variance.
  expect(metrics.training.metrics.r2).toBeLessThan(0);
  expect(metrics.training.metrics.r2).toBeGreaterThan(-0.01);
});
