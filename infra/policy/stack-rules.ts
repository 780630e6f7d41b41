import { azure, type StackRule } from "./rule";

/** Resources whose logs answer who did what, or why something failed. */
const diagnosedTypes = new Set(
  [
    "storage:StorageAccount",
    "keyvault:Vault",
    "containerregistry:Registry",
    "machinelearningservices:Workspace",
    "containerservice:ManagedCluster",
  ].map(azure),
);

/** Rules about a stack as a whole. */
export const stackRules: readonly StackRule[] = [
  {
    name: "budget",
    description: "Somebody is told when an environment costs more than planned",
    violations: (resources) => {
      const has = (type: string): boolean => resources.some((resource) => resource.type === azure(type));
      return !has("resources:ResourceGroup") || has("consumption:Budget")
        ? []
        : [
            {
              message:
                "The stack has a resource group and no budget. Add a Budget (infra/components/watching/cost.ts).",
            },
          ];
    },
  },
  {
    name: "diagnostics",
    description: "Logs of the resources that hold data, secrets, images and programs are kept",
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
          message: `Nothing is kept of the logs of ${name}. Give it to Monitoring as one of "diagnosed".`,
        }));
    },
  },
];
