import { azure, type StackRule } from "./rule";

/** Types whose logs show who did what, or why something failed. */
const diagnosedTypes = new Set(
  [
    "storage:StorageAccount",
    "keyvault:Vault",
    "containerregistry:Registry",
    "machinelearningservices:Workspace",
    "containerservice:ManagedCluster",
  ].map(azure),
);

/** Rules for a stack as a whole. */
export const stackRules: readonly StackRule[] = [
  {
    name: "budget",
    description: "Every environment has a budget that warns about its costs",
    violations: (resources) => {
      const has = (type: string): boolean => resources.some((resource) => resource.type === azure(type));
      return !has("resources:ResourceGroup") || has("consumption:Budget")
        ? []
        : [
            {
              message:
                "The stack has a resource group but no budget. Add a Budget (infra/components/watching/cost.ts).",
            },
          ];
    },
  },
  {
    name: "diagnostics",
    description: "Resources with data, secrets, images or workloads keep their logs",
    violations: (resources) => {
      const kept = new Set(
        resources
          .filter(({ type }) => type === azure("monitor:DiagnosticSetting"))
          .flatMap(({ madeOf }) => madeOf.resourceUri ?? []),
      );
      return resources
        .filter(({ type, urn }) => diagnosedTypes.has(type) && !kept.has(urn))
        .map(({ name, urn }) => ({
          urn,
          message: `The logs of ${name} are not kept. Add it to "diagnosed" of Monitoring.`,
        }));
    },
  },
];
