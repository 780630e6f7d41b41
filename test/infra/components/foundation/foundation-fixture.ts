import * as pulumi from "@pulumi/pulumi";
import type { Foundation } from "../../../../infra/components/foundation/foundation";
import { registered } from "../../mocks";

export const placement = {
  resourceGroupName: "group",
  location: "westeurope",
  tags: { owner: "team-risk" },
} as const;

export const identity = (name: string) => ({
  id: pulumi.output(`${name}-id`),
  clientId: pulumi.output(`${name}-client`),
  principalId: pulumi.output(`${name}-principal`),
});

/** What components of the training take from the foundation, as plain names that a test can tell apart. */
export function foundationOf(overrides: Partial<Foundation> = {}): Foundation {
  const containers = ["data", "models", "predictionLog", "batch", "deadLetter", "audit"];
  const parts = {
    storage: {
      id: pulumi.output("storage-id"),
      name: pulumi.output("storage"),
      containerIds: Object.fromEntries(containers.map((name) => [name, pulumi.output(`${name}-id`)])),
    },
    containers: Object.fromEntries(containers.map((name) => [name, pulumi.output(name)])),
    vault: { id: pulumi.output("vault-id") },
    registry: { id: pulumi.output("registry-id") },
    insights: { id: pulumi.output("insights-id") },
    identities: {
      training: identity("training"),
      workspace: identity("workspace"),
      release: identity("release"),
    },
    network: undefined,
    ...overrides,
  };
  return parts as unknown as Foundation;
}

/** Types of what stays in Azure when it leaves the program, sorted. */
export async function keptTypes(
  build: (opts: pulumi.ComponentResourceOptions) => unknown,
): Promise<string[]> {
  const kept: string[] = [];
  const look: pulumi.ResourceTransformation = ({ type, opts }) => {
    if (opts.retainOnDelete) kept.push(type.split(":").pop() ?? "");
    return undefined;
  };
  await registered(() => build({ transformations: [look] }));
  return kept.sort();
}
