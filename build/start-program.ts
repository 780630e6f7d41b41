import path from "node:path";
import { repository } from "./repository";

const runner = path.join(repository, "build", "run.cjs");

/** Arguments by which Node.js starts a program of ours: a source is compiled first, what an image holds has been. */
export function programArguments(program: string): string[] {
  return program.endsWith(".ts") ? [runner, program] : [program];
}
