import { writeFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { diagramOf, type DrawnResource } from "../../../infra/documents/diagram";
import { registered } from "../mocks";
import { prod, qa } from "../stacks";

/** The document that holds the pictures; written by \`npm run infra:diagram\`. */
export const documentPath = path.join(__dirname, "..", "..", "..", "docs", "reference", "stack-resources.md");

const pinned = (repository: string): string => `registry.example/${repository}@sha256:${"a".repeat(64)}`;
const serving = (version: number) => ({ model: `diabetes:${version}`, image: pinned("mlops-scoring") });

/** What each stack serves in its picture. */
const releases = {
  qa: { stable: serving(1) },
  prod: { stable: serving(1), canary: serving(2), canaryPercent: 10 },
};

/** Registers all of a stack against mocks, as an update would. */
async function resourcesOf(stack: "qa" | "prod"): Promise<DrawnResource[]> {
  const config = {
    ...(stack === "qa" ? qa : prod),
    "mlops:trainingImage": pinned("mlops-training"),
    "mlops:release": JSON.stringify(releases[stack]),
  };
  await registered(
    () => {
      pulumi.runtime.setAllConfig(config);
      const program = require("../../../infra/index") as () => Promise<unknown>;
      return program();
    },
    { stack },
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as {
    getRegisteredResources(): Map<string, { urn: string; id: string | null; state: unknown }>;
  };
  return [...monitor.getRegisteredResources().values()].map(({ urn, id, state }) => ({
    urn,
    id: id ?? "",
    state,
  }));
}

const fence = "```";

/** The document as the program is now. */
export async function drawnDocument(): Promise<string> {
  const parts = [
    "# What a stack creates",
    "Drawn from the program itself by `npm run infra:diagram`; a test fails when it is out of date. Each box is a component in `infra/components/` with the resources that it makes; an arrow leads to what it refers to.",
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
