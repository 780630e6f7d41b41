import * as pulumi from "@pulumi/pulumi";
import {
  KubernetesCluster,
  type KubernetesClusterArgs,
} from "../../../../infra/components/serving/kubernetes-cluster";
import { countByType, ofType, registered, tenantId } from "../../mocks";

const identity = (name: string) => ({
  id: pulumi.output(`/identities/${name}`),
  clientId: pulumi.output(`${name}-client`),
  principalId: pulumi.output(`${name}-principal`),
});
const tags = { owner: "team" };
const standard = "Standard_D4ds_v5";
const scoringPool = { vmSize: standard, minNodes: 1, maxNodes: 10, zones: ["1", "2", "3"] };
const pools = { system: { vmSize: standard, zones: ["1", "2", "3"] }, scoring: scoringPool };

type Pool = Readonly<Record<string, unknown>>;

async function cluster(extra: Partial<KubernetesClusterArgs> = {}) {
  const resources = await registered(() => {
    new KubernetesCluster("aks", {
      placement: { resourceGroupName: "group", location: "westeurope", tags },
      environment: "prod",
      tenantId,
      identities: { cluster: identity("cluster"), pull: identity("pull") },
      operators: ["11111111-1111-4111-8111-111111111111"],
      logAnalyticsId: "/workspaces/logs",
      kubernetesVersion: "1.36",
      apiRanges: [],
      pools,
      ingress: "internal",
      ...extra,
    });
  });
  const [made] = ofType(resources, "containerservice:ManagedCluster");
  const userPools = ofType(resources, "containerservice:AgentPool").map(({ inputs }) => inputs as Pool);
  return { resources, inputs: made?.inputs ?? {}, userPools };
}

describe("the cluster", () => {
  test("is AKS with a pool for scoring, safeguards and two times for upkeep", async () => {
    const { resources } = await cluster();
    expect(countByType(resources)).toEqual({
      "mlops:infra:KubernetesCluster": 1,
      "azure-native:containerservice:ManagedCluster": 1,
      "azure-native:containerservice:AgentPool": 1,
      "azure-native:containerservice:DeploymentSafeguard": 1,
      "azure-native:containerservice:MaintenanceConfiguration": 2,
      "azure-native:resources:Resource": 1,
      "azure-native:monitor:DataCollectionRuleAssociation": 1,
    });
    const windows = ofType(resources, "containerservice:MaintenanceConfiguration").map(({ inputs }) =>
      [inputs.configName, inputs.maintenanceWindow.schedule.weekly.dayOfWeek].join(" "),
    );
    expect(windows.sort()).toEqual([
      "aksManagedAutoUpgradeSchedule Saturday",
      "aksManagedNodeOSUpgradeSchedule Sunday",
    ]);
  });

  test("keeps its nodes at its own version", async () => {
    const { inputs, userPools } = await cluster({ kubernetesVersion: "1.37" });
    const versions = [...(inputs.agentPoolProfiles as Pool[]), ...userPools].map(
      ({ orchestratorVersion }) => orchestratorVersion,
    );
    expect([inputs.kubernetesVersion, ...versions]).toEqual(["1.37", "1.37", "1.37"]);
  });

  test("lets only the ranges that it is given reach its API", async () => {
    const { inputs } = await cluster({ apiRanges: ["203.0.113.0/24"] });
    expect(inputs.apiServerAccessProfile).toEqual({
      disableRunCommand: true,
      authorizedIPRanges: ["203.0.113.0/24"],
    });
  });

  test("lets in Entra identities with Azure roles, and no local account", async () => {
    const { inputs } = await cluster();
    expect(inputs).toMatchObject({
      tags,
      enableRBAC: true,
      disableLocalAccounts: true,
      aadProfile: {
        managed: true,
        enableAzureRBAC: true,
        tenantID: tenantId,
        adminGroupObjectIDs: ["11111111-1111-4111-8111-111111111111"],
      },
      identity: { type: "UserAssigned", userAssignedIdentities: ["/identities/cluster"] },
      identityProfile: { kubeletidentity: { resourceId: "/identities/pull", objectId: "pull-principal" } },
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
    });
  });

  test("is watched, patched and held to policies by Azure", async () => {
    const { inputs } = await cluster();
    expect(inputs).toMatchObject({
      autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
      networkProfile: { networkPolicy: "cilium", networkPluginMode: "overlay" },
      addonProfiles: {
        azurepolicy: { enabled: true },
        azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: "true" } },
        omsagent: {
          enabled: true,
          config: { logAnalyticsWorkspaceResourceID: "/workspaces/logs", useAADAuth: "true" },
        },
      },
    });
  });

  test.each([
    [["1", "2", "3"], 3, 6],
    [[], 2, 4],
  ])("keeps its own pods on a pool of their own, in zones %j", async (zones, min, max) => {
    const { inputs } = await cluster({ pools: { ...pools, system: { vmSize: standard, zones } } });
    expect(inputs.agentPoolProfiles).toHaveLength(1);
    const [pool] = inputs.agentPoolProfiles;
    expect(pool).toMatchObject({
      mode: "System",
      osSKU: "AzureLinux",
      nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
      enableAutoScaling: true,
      count: min,
      minCount: min,
      maxCount: max,
    });
    expect(pool.availabilityZones).toEqual(zones.length > 0 ? zones : undefined);
  });

  test.each(["internal", "external"] as const)("has an %s gateway of the Istio add-on", async (ingress) => {
    const { inputs } = await cluster({ ingress });
    const mode = { internal: "Internal", external: "External" }[ingress];
    expect(inputs.serviceMeshProfile).toEqual({
      mode: "Istio",
      istio: { components: { ingressGateways: [{ enabled: true, mode }] } },
    });
  });

  test("has a private API, and its nodes in the subnet, when there is one", async () => {
    const { inputs, userPools } = await cluster({ subnetId: "/subnets/cluster" });
    expect(inputs.apiServerAccessProfile).toEqual({
      disableRunCommand: true,
      enablePrivateCluster: true,
      privateDNSZone: "system",
    });
    expect([...(inputs.agentPoolProfiles as Pool[]), ...userPools].map((pool) => pool.vnetSubnetID)).toEqual([
      "/subnets/cluster",
      "/subnets/cluster",
    ]);
    const open = await cluster();
    expect(open.inputs.apiServerAccessProfile).toEqual({ disableRunCommand: true });
    expect(open.userPools[0]).not.toHaveProperty("vnetSubnetID");
  });
});

describe("the pools", () => {
  test("of scoring grow with the load", async () => {
    const { userPools } = await cluster();
    expect(userPools).toMatchObject([
      {
        mode: "User",
        vmSize: standard,
        minCount: 1,
        maxCount: 10,
        count: 1,
        availabilityZones: ["1", "2", "3"],
      },
    ]);
    expect(userPools[0]).not.toHaveProperty("nodeTaints");
  });

  test("of GPUs have no node while nothing asks for one, and take nothing else", async () => {
    const { userPools } = await cluster({ pools: { ...pools, gpu: { vmSize: "Standard_NC4as_T4_v3" } } });
    expect(userPools).toHaveLength(2);
    expect(userPools.find(({ vmSize }) => vmSize === "Standard_NC4as_T4_v3")).toMatchObject({
      minCount: 0,
      count: 0,
      nodeTaints: ["sku=gpu:NoSchedule"],
    });
  });

  test("are other pools when their machines are others, so that the new one is there before the old one goes", async () => {
    const nameOf = async (scoring: typeof scoringPool): Promise<string> => {
      const { userPools } = await cluster({ pools: { ...pools, scoring } });
      return String(userPools[0]?.agentPoolName);
    };
    const name = await nameOf(scoringPool);
    expect(name).toMatch(/^score[0-9a-f]{6}$/);
    expect(await nameOf({ ...scoringPool, maxNodes: 5 })).toBe(name);
    expect(await nameOf({ ...scoringPool, vmSize: "Standard_D8ds_v5" })).not.toBe(name);
    expect(await nameOf({ ...scoringPool, zones: ["1"] })).not.toBe(name);
  });
});
