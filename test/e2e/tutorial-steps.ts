import { readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "./mlops";

/** What a tutorial has its reader do, or shows of the definition. */
export type TutorialStep =
  | { readonly kind: "run"; readonly args: readonly string[] }
  | { readonly kind: "ask"; readonly query: string; readonly body: string }
  /** A line that the definition gets, in place of that of the same key. */
  | { readonly kind: "change"; readonly line: string }
  /** A line that the definition has. */
  | { readonly kind: "shown"; readonly line: string };

function stepOf(line: string): TutorialStep {
  if (line.startsWith("npm start -- ")) {
    return { kind: "run", args: ["lifecycle", ...line.split(" ").slice(3)] };
  }
  if (line.startsWith("npm run mlops -- ")) return { kind: "run", args: line.split(" ").slice(4) };
  const asked = /^curl -s "?http:\/\/[^/ ]+(\/[^" ]+)"? .* -d '(.*)'$/.exec(line);
  if (asked) return { kind: "ask", query: asked[1] ?? "", body: asked[2] ?? "" };
  return { kind: "shown", line };
}

/** The steps of a page of `docs/tutorials`, in its order: indented lines, and blocks of TypeScript. */
export function stepsOfTutorial(page: string): TutorialStep[] {
  const text = readFileSync(path.join(repository, "docs/tutorials", page), "utf8");
  const steps: TutorialStep[] = [];
  let isBlock = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) isBlock = !isBlock;
    else if (isBlock) steps.push({ kind: "change", line: line.trim() });
    else if (line.startsWith("    ")) steps.push(stepOf(line.trim()));
  }
  return steps;
}

/** A definition with a line in place of that of its key, or before its trainer. */
export function changed(definition: string, line: string): string {
  const [key = ""] = line.split(":");
  const own = new RegExp(`^ {2}${key}: .*$`, "m");
  if (own.test(definition)) return definition.replace(own, () => `  ${line}`);
  return definition.replace(/^ {2}trainer: /m, () => `  ${line}\n  trainer: `);
}
