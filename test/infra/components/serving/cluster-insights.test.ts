import * as pulumi from "@pulumi/pulumi";
import { collectInsights } from "../../../../infra/components/serving/cluster-insights";
import { placement } from "../foundation/foundation-fixture";
import { ofType, registered } from "../../mocks";

test("a cluster's add-on is told what to send, and where to: it sends nothing by itself", async () => {
  const made = await registered(() => {
    const cluster = new pulumi.ComponentResource("test:Cluster", "aks");
    collectInsights("aks-insights", { placement, clusterId: "/aks", logAnalyticsId: "/logs" }, cluster);
  });
  const streams = ["Microsoft-ContainerInsights-Group-Default"];
  expect(ofType(made, "resources:Resource")[0]?.inputs).toMatchObject({
    ...placement,
    resourceType: "dataCollectionRules",
    properties: {
      dataSources: { extensions: [{ extensionName: "ContainerInsights", streams }] },
      destinations: { logAnalytics: [{ name: "logs", workspaceResourceId: "/logs" }] },
      dataFlows: [{ streams, destinations: ["logs"] }],
    },
  });
  expect(ofType(made, "monitor:DataCollectionRuleAssociation")[0]?.inputs).toEqual({
    resourceUri: "/aks",
    associationName: "ContainerInsightsExtension",
    dataCollectionRuleId: expect.stringMatching(/Resource\/aks-insights$/),
  });
});
