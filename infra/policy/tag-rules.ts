import { tagNames } from "../config/tag-names";
import { at, azure, type Rule } from "./rule";

/**
 * Types of this program that have tags. The SDK does not expose this to policies; test/infra/policy compares this list with
 * the SDK and with all types that the components create.
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
    "resources:Deployment",
    "resources:Resource",
    "resources:ResourceGroup",
    "storage:StorageAccount",
    "web:AppServicePlan",
    "web:WebApp",
  ].map(azure),
);

export const tagRules: readonly Rule[] = [
  {
    name: "tags",
    description: "Every resource has tags for its environment, owner and cost centre",
    violation: ({ tags }, type) => {
      if (!taggedTypes.has(type)) return undefined;
      const missing = tagNames.filter((name) => [undefined, ""].includes(at(tags, name) as string));
      return missing.length === 0
        ? undefined
        : `Tags are missing: ${missing.join(", ")}. Pass the placement's tags to the resource.`;
    },
  },
];
