import * as pulumi from "@pulumi/pulumi";
import {
  KubernetesScoring,
  type KubernetesScoringArgs,
} from "../../../../infra/components/serving/kubernetes-scoring";
import { countByType, ofType, registered, tenantId, valueOf } from "../../mocks";

const identity = (name: string) => ({
  id: pulumi.output(`/identities/${name}`),
  clientId: pulumi.output(`${name}-client`),
  principalId: pulumi.output(`${name}-principal`),
});
const vmSize = "Standard_D4ds_v5";

async function scoring(extra: Partial<KubernetesScoringArgs> = {}) {
  let url: Promise<string> | undefined;
  const resources = await registered(() => {
    const component = new KubernetesScoring("scoring", {
      placement: { resourceGroupName: "group", location: "westeurope", tags: {} },
      environment: "prod",
      tenantId,
      identities: { cluster: identity("cluster"), pull: identity("pull"), scoring: identity("scoring") },
      operators: [],
      logAnalyticsId: "/workspaces/logs",
      kubernetesVersion: "1.34",
      apiRanges: [],
      pools: {
        system: { vmSize, zones: [] },
        scoring: { vmSize, minNodes: 1, maxNodes: 10, zones: [] },
      },
      ...extra,
    });
    url = valueOf(component.url);
  });
  return { resources, url: await url };
}

test("is a cluster and trust in one service account, and asks no cluster for anything", async () => {
  const { resources, url } = await scoring();
  expect(countByType(resources)).toEqual({
    "mlops:infra:KubernetesScoring": 1,
    "azure-native:resources:Resource": 1,
    "azure-native:monitor:DataCollectionRuleAssociation": 1,
    "mlops:infra:KubernetesCluster": 1,
    "azure-native:containerservice:ManagedCluster": 1,
    "azure-native:containerservice:AgentPool": 1,
    "azure-native:containerservice:DeploymentSafeguard": 1,
    "azure-native:containerservice:MaintenanceConfiguration": 2,
    "azure-native:managedidentity:FederatedIdentityCredential": 1,
  });
  expect(ofType(resources, "managedidentity:FederatedIdentityCredential")[0]?.inputs).toMatchObject({
    resourceName: "scoring",
    issuer: "https://oidc.example/scoring-cluster/",
    subject: "system:serviceaccount:mlops-prod:scoring",
    audiences: ["api://AzureADTokenExchange"],
  });
  expect(url).toBe("http://aks-istio-ingressgateway-internal.aks-istio-ingress.svc.cluster.local");
});

test("with a DNS name trusts the service account that reads the certificate, too", async () => {
  const { resources, url } = await scoring({ host: pulumi.output("score.example.com") });
  expect(url).toBe("https://score.example.com");
  expect(
    ofType(resources, "managedidentity:FederatedIdentityCredential")
      .map(({ inputs }) => String(inputs.subject))
      .sort(),
  ).toEqual([
    "system:serviceaccount:aks-istio-ingress:scoring-certificate",
    "system:serviceaccount:mlops-prod:scoring",
  ]);
});

test.each([
  ["closed without a DNS name", {}, "Internal"],
  ["open with one", { host: "score.example.com" }, "External"],
])("the gateway is %s", async (_, extra, mode) => {
  const { resources } = await scoring(extra);
  const [cluster] = ofType(resources, "containerservice:ManagedCluster");
  expect(cluster?.inputs.serviceMeshProfile.istio.components.ingressGateways).toEqual([
    { enabled: true, mode },
  ]);
});
