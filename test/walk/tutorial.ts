import { readFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../e2e/mlops";

/** The first words of each command that the tutorial has its reader type, in order. */
export async function commandsOfTutorial(): Promise<string[]> {
  const file = path.join(repository, "docs", "tutorials", "azure-from-nothing.md");
  const lines = (await readFile(file, "utf8")).split("\n");
  return lines
    .filter((line) => line.startsWith("    "))
    .map((line) => line.trim().split(" ").slice(0, 3))
    .map(([program = "", verb = "", object = ""]) =>
      [program, verb, ...(verb === "run" || verb === "pipelines" ? [object] : [])].join(" "),
    );
}
