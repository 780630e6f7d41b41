import * as monitor from "@pulumi/azure-native/monitor";
import * as resources from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";

const streams = ["Microsoft-ContainerInsights-Group-Default"];
/** The add-on of AKS looks for an association of this name. */
const associationName = "ContainerInsightsExtension";

/** Sends what happens in a cluster to Log Analytics. The add-on signs in with Entra ID, and then sends only what a rule asks for. */
export function collectInsights(
  name: string,
  args: {
    readonly placement: Placement;
    readonly clusterId: pulumi.Input<string>;
    readonly logAnalyticsId: pulumi.Input<string>;
  },
  parent: pulumi.Resource,
): void {
  // Untyped: the schema that Azure publishes of a rule lists fewer streams than the service takes, this one not among them.
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
