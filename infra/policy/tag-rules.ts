import { tagNames } from "../config/tag-names";
import { at, azure, type Rule } from "./rule";

/**
 * Types of this program that take tags. The SDK does not say so to a policy; test/infra/policy holds this list to the SDK
 * and to all types that the components make.
 */
export const taggedTypes: ReadonlySet<string> = new Set(
  [
    "applicationinsights:Component",
    "applicationinsights:Workbook",
    "containerinstance:ContainerGroup",
    "containerregistry:Registry",
    "containerservice:ManagedCluster",
    "containerservice:AgentPool",
    "eventgrid:SystemTopic",
    "keyvault:Key",
    "keyvault:Secret",
    "keyvault:Vault",
    "logic:Workflow",
    "machinelearningservices:BatchDeployment",
    "machinelearningservices:BatchEndpoint",
    "machinelearningservices:Compute",
    "machinelearningservices:Workspace",
    "managedidentity:UserAssignedIdentity",
    "monitor:ActionGroup",
    "monitor:MetricAlert",
    "monitor:ScheduledQueryRule",
    "network:NatGateway",
    "network:NetworkSecurityGroup",
    "network:PrivateEndpoint",
    "network:PublicIPAddress",
    "network:VirtualNetwork",
    "operationalinsights:QueryPack",
    "operationalinsights:Workspace",
    "privatedns:PrivateZone",
    "privatedns:VirtualNetworkLink",
    "resources:Resource",
    "resources:ResourceGroup",
    "storage:StorageAccount",
  ].map(azure),
);

export const tagRules: readonly Rule[] = [
  {
    name: "tags",
    description: "Every resource says which environment it belongs to, who answers and who pays for it",
    violation: ({ tags }, type) => {
      if (!taggedTypes.has(type)) return undefined;
      const missing = tagNames.filter((name) => [undefined, ""].includes(at(tags, name) as string));
      return missing.length === 0
        ? undefined
        : `Tags are missing: ${missing.join(", ")}. Pass the placement's tags to the resource.`;
    },
  },
];
