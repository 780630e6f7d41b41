import * as monitor from "@pulumi/azure-native/monitor";
import * as resources from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";

const streams = ["Microsoft-ContainerInsights-Group-Default"];
/** The AKS add-on looks for an association with this name. */
const associationName = "ContainerInsightsExtension";

/** Sends a cluster's logs to Log Analytics. With Entra ID authentication, the add-on sends only what a rule collects. */
export function collectInsights(
  name: string,
  args: {
    readonly placement: Placement;
    readonly clusterId: pulumi.Input<string>;
    readonly logAnalyticsId: pulumi.Input<string>;
  },
  parent: pulumi.Resource,
): void {
  // Untyped, because Azure's published schema of a rule lacks this stream, which the service accepts.
  const rule = new resources.Resource(
    name,
    {
      ...args.placement,
      apiVersion: "2022-06-01",
      resourceProviderNamespace: "Microsoft.Insights",
      parentResourcePath: "",
      resourceType: "dataCollectionRules",
      kind: "Linux",
      properties: {
        dataSources: {
          extensions: [
            {
              name: associationName,
              extensionName: "ContainerInsights",
              streams,
              extensionSettings: { dataCollectionSettings: { interval: "1m", enableContainerLogV2: true } },
            },
          ],
        },
        destinations: { logAnalytics: [{ name: "logs", workspaceResourceId: args.logAnalyticsId }] },
        dataFlows: [{ streams, destinations: ["logs"] }],
      },
    },
    { parent },
  );
  new monitor.DataCollectionRuleAssociation(
    name,
    { resourceUri: args.clusterId, associationName, dataCollectionRuleId: rule.id },
    { parent },
  );
}
