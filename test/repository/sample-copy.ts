import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repository } from "../../build/repository";

const contributing = readFileSync(path.join(repository, "CONTRIBUTING.md"), "utf8");

/** What the product is made of. */
const folders = ["cli", "deploy", "infra", "models", "pipelines", "platform", "scoring", "training", "build"];

/** Files that a section of CONTRIBUTING.md names, with its placeholders filled in. */
function filesNamed(heading: string, filled: Readonly<Record<string, string>>): string[] {
  const section = contributing.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`CONTRIBUTING.md has no section "${heading}".`);
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, file = ""]) =>
    file.replace(/<(\w+)>/g, (_, name: string) => filled[name] ?? name),
  );
}

/** An addition to a text behind one of its lines. */
export function after(text: string, added: string): (old: string) => string {
  return (old) => {
    if (!old.includes(text)) throw new Error(`There is no "${text}" to add something after.`);
    return old.replace(text, `${text}${added}`);
  };
}

/** A copy of the product's sources, in which only what CONTRIBUTING.md names may be changed. */
export class SampleCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), "mlops-change-"));

  constructor() {
    for (const entry of [...folders, "package.json", "tsconfig.json", "environments.yml"]) this.bring(entry);
    symlinkSync(path.join(repository, "node_modules"), this.path("node_modules"));
  }

  path(...parts: readonly string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Copies more of the repository: what a test works with. */
  bring(entry: string): void {
    cpSync(path.join(repository, entry), this.path(entry), { recursive: true });
  }

  /** What changes files, or writes new ones, as long as that section of CONTRIBUTING.md names them. */
  changing(heading: string, filled: Readonly<Record<string, string>> = {}) {
    const named = filesNamed(heading, filled);
    return (file: string, write: (old: string) => string): void => {
      if (!named.includes(file)) throw new Error(`CONTRIBUTING.md does not name ${file}.`);
      const target = this.path(file);
      writeFileSync(target, write(existsSync(target) ? readFileSync(target, "utf8") : ""));
    };
  }

  /** Runs a program of the copy. */
  run(args: readonly string[]): string {
    return execFileSync(process.execPath, ["--require", "tsx/cjs", ...args], {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      encoding: "utf8",
      env: { ...process.env, MLOPS_HOME: this.path(".mlops") },
    });
  }

  /** Runs a program, given as its text, in the copy. */
  evaluate(text: string): unknown {
    writeFileSync(this.path("program.ts"), text);
    return JSON.parse(this.run(["program.ts"])) as unknown;
  }

  /** What the compiler says of the types of the product, a line for each fault. */
  typeFaults(): string[] {
    const config = { extends: "./tsconfig.json", include: folders };
    writeFileSync(this.path("tsconfig.sample.json"), JSON.stringify(config));
    const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");
    const args = [
      compiler,
      "-p",
      "tsconfig.sample.json",
      "--tsBuildInfoFile",
      this.path("types.tsbuildinfo"),
    ];
    try {
      execFileSync(process.execPath, args, { cwd: this.folder, encoding: "utf8" });
      return [];
    } catch (error) {
      return String((error as { readonly stdout: string }).stdout)
        .split("\n")
        .filter(Boolean);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
