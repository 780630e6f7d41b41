import { writeFileSync } from "node:fs";
import path from "node:path";
import { diagramOf, type DrawnResource } from "../../../infra/documents/diagram";
import { releases, runEnvironment, runServing } from "../programs";

/** The document that holds the pictures; written by \`npm run infra:diagram\`. */
export const documentPath = path.join(__dirname, "..", "..", "..", "docs", "reference", "stack-resources.md");

/** All of an environment: its own stack, and that of what serves in it. */
async function resourcesOf(stack: "qa" | "prod"): Promise<DrawnResource[]> {
  const environment = await runEnvironment(stack);
  const release = JSON.stringify(releases[stack]);
  const serving = await runServing(stack, { environment: environment.outputs, release });
  return [...environment.drawn, ...serving.drawn];
}

const fence = "```";

/** The document as the program is now. */
export async function drawnDocument(): Promise<string> {
  const parts = [
    "# What an environment creates",
    "Drawn from the programs themselves by `npm run infra:diagram`; a test fails when it is out of date. What serves, in `ContainerScoring` and `KubernetesServing` with its parts, is in [a stack of its own](../explanation/architecture.md#two-stacks). Each box is a component in `infra/components/` with the resources that it makes; an arrow leads to what it refers to.",
  ];
  for (const [stack, title] of [
    ["qa", "qa: one version on Container Instances"],
    ["prod", "prod: a stable version and a canary on AKS"],
  ] as const) {
    parts.push(`## ${title}`, `${fence}mermaid\n${diagramOf(await resourcesOf(stack))}\n${fence}`);
  }
  return `${parts.join("\n\n")}\n`;
}

if (require.main === module) {
  void drawnDocument().then((text) => writeFileSync(documentPath, text));
}
