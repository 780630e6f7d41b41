import { appendFile } from "node:fs/promises";
import { readEnvironments } from "../../../platform/release/environments";
import { runStep, type StepContext } from "../base/step";

/** `npm run environments`: prints the environments for a pipeline, and on GitHub also sets them as outputs of the step. */
async function tell({ env, print }: StepContext): Promise<void> {
  const { testing, training, production } = readEnvironments(env);
  const lines = [`training=${training}`, `testing=${JSON.stringify(testing)}`, `production=${production}`];
  for (const line of lines) print(line);
  if (env.GITHUB_OUTPUT) await appendFile(env.GITHUB_OUTPUT, lines.map((line) => `${line}\n`).join(""));
}

if (require.main === module) void runStep(tell);
