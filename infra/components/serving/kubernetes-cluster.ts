import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as containerservice from "@pulumi/azure-native/containerservice";
import { requireName } from "../../config/names";
import { maxGpuNodes, systemPoolNodes } from "../../config/pool-sizes";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/identities";
import { collectInsights } from "./cluster-insights";

export interface KubernetesPools {
  /** Pool of the system pods. Changing its size or zones takes a new cluster. */
  readonly system: { readonly vmSize: string; readonly zones: readonly string[] };
  readonly scoring: {
    readonly vmSize: string;
    readonly minNodes: number;
    readonly maxNodes: number;
    readonly zones: readonly string[];
  };
  /** GPU pool, which has no nodes until a pod requests a GPU. */
  readonly gpu?: { readonly vmSize: string };
}

export interface KubernetesClusterArgs {
  readonly placement: Placement;
  readonly environment: string;
  readonly tenantId: pulumi.Input<string>;
  /** `cluster` is the control plane's identity; nodes pull images with `pull`. */
  readonly identities: { readonly cluster: Identity; readonly pull: Identity };
  /** Object ids of the Entra groups that administer the cluster. */
  readonly operators: readonly string[];
  readonly logAnalyticsId: pulumi.Input<string>;
  readonly kubernetesVersion: string;
  readonly pools: KubernetesPools;
  /** Whether the gateway is reachable from the internet, or only from the cluster's network. */
  readonly ingress: "external" | "internal";
  /** Subnet of the nodes; with it the API server has only a private address. */
  readonly subnetId?: pulumi.Input<string>;
  /** Address ranges allowed to reach the API server; if empty, a public API server is open to all. */
  readonly apiRanges: readonly string[];
}

const upgrades = { maxSurge: "33%", drainTimeoutInMinutes: 10 };

/**
 * A pool name derived from a pool's immutable properties: another VM size gives a new pool, which takes over before the old
 * one is deleted.
 */
function poolName(role: "score" | "gpu", vmSize: string, zones: readonly string[]): string {
  const content = createHash("sha256").update([vmSize, ...zones].join(" "));
  return requireName("agentPool", `${role}${content.digest("hex").slice(0, 6)}`, "the VM size and zones");
}

const inZones = (zones: readonly string[]) => (zones.length > 0 ? { availabilityZones: [...zones] } : {});

/** The AKS cluster for production scoring: Entra ID without local accounts, workload identity, autoscaled nodes. */
export class KubernetesCluster extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Name of the resource group that AKS creates for nodes, disks and load balancers. */
  readonly nodeResourceGroup: pulumi.Output<string>;
  /** OIDC issuer URL of the cluster's service accounts. */
  readonly issuer: pulumi.Output<string>;
  /** For `dependsOn` of resources whose pods need these nodes. */
  readonly pools: readonly pulumi.Resource[];

  constructor(name: string, args: KubernetesClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesCluster", name, {}, opts);

    const { resourceGroupName } = args.placement;
    const cluster = new containerservice.ManagedCluster(name, clusterArgs(args), {
      parent: this,
      // After creation, the autoscaler owns the count.
      ignoreChanges: ["agentPoolProfiles[0].count"],
    });

    this.pools = userPools(args.pools).map((pool) => this.addPool(name, cluster.name, pool, args));

    new containerservice.DeploymentSafeguard(
      `${name}-safeguard`,
      { resourceUri: cluster.id, level: "Warn", excludedNamespaces: ["kube-system", "aks-istio-ingress"] },
      { parent: this },
    );

    this.keepUp(name, cluster.name, resourceGroupName);
    const { placement, logAnalyticsId } = args;
    collectInsights(`${name}-insights`, { placement, logAnalyticsId, clusterId: cluster.id }, this);

    this.id = cluster.id;
    this.name = cluster.name;
    this.nodeResourceGroup = nodeGroupOf(cluster, resourceGroupName);
    this.issuer = cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? "");
    this.registerOutputs({ id: this.id, name: this.name, issuer: this.issuer });
  }

  private addPool(
    name: string,
    resourceName: pulumi.Output<string>,
    { role, ...pool }: UserPool,
    { placement, subnetId, kubernetesVersion }: KubernetesClusterArgs,
  ): pulumi.Resource {
    return new containerservice.AgentPool(
      `${name}-${role}`,
      {
        resourceGroupName: placement.resourceGroupName,
        resourceName,
        mode: "User",
        type: "VirtualMachineScaleSets",
        osType: "Linux",
        osSKU: "AzureLinux",
        enableAutoScaling: true,
        // Upgrading the cluster does not upgrade its pools, so each pool needs the version, too.
        orchestratorVersion: kubernetesVersion,
        upgradeSettings: upgrades,
        tags: placement.tags,
        ...(subnetId !== undefined && { vnetSubnetID: subnetId }),
        ...pool,
      },
      { parent: this, ignoreChanges: ["count"] },
    );
  }

  private keepUp(
    name: string,
    resourceName: pulumi.Output<string>,
    resourceGroupName: pulumi.Input<string>,
  ): void {
    // At night and on different days, because each upgrade replaces a third of the nodes at a time.
    const windows = { aksManagedAutoUpgradeSchedule: "Saturday", aksManagedNodeOSUpgradeSchedule: "Sunday" };
    for (const [configName, dayOfWeek] of Object.entries(windows)) {
      new containerservice.MaintenanceConfiguration(
        `${name}-${configName === "aksManagedAutoUpgradeSchedule" ? "upgrades" : "node-images"}`,
        {
          resourceGroupName,
          resourceName,
          configName,
          maintenanceWindow: {
            schedule: { weekly: { dayOfWeek, intervalWeeks: 1 } },
            durationHours: 6,
            startTime: "01:00",
            utcOffset: "+00:00",
          },
        },
        { parent: this },
      );
    }
  }
}

/** The node resource group as Azure reports it; before that, by the documented naming rule. */
function nodeGroupOf(
  { nodeResourceGroup, name, location }: containerservice.ManagedCluster,
  resourceGroupName: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi
    .all([nodeResourceGroup, resourceGroupName, name, location])
    .apply(([given, group, cluster, region]) => given ?? `MC_${group}_${cluster}_${region}`.slice(0, 80));
}

/** The properties in which pools differ. */
interface UserPool {
  readonly role: "score" | "gpu";
  readonly vmSize: string;
  readonly agentPoolName: string;
  readonly count: number;
  readonly minCount: number;
  readonly maxCount: number;
  readonly availabilityZones?: string[];
  readonly nodeTaints?: string[];
  readonly nodeLabels?: Record<string, string>;
}

function userPools({ scoring, gpu }: KubernetesPools): UserPool[] {
  const pools: UserPool[] = [
    {
      role: "score",
      vmSize: scoring.vmSize,
      agentPoolName: poolName("score", scoring.vmSize, scoring.zones),
      minCount: scoring.minNodes,
      maxCount: scoring.maxNodes,
      count: scoring.minNodes,
      ...inZones(scoring.zones),
    },
  ];
  if (gpu === undefined) return pools;
  const taken = { nodeTaints: ["sku=gpu:NoSchedule"], nodeLabels: { "mlops/pool": "gpu" } };
  const name = poolName("gpu", gpu.vmSize, []);
  const count = { minCount: 0, maxCount: maxGpuNodes, count: 0 };
  return [...pools, { role: "gpu", vmSize: gpu.vmSize, agentPoolName: name, ...count, ...taken }];
}

function clusterArgs(args: KubernetesClusterArgs): containerservice.ManagedClusterArgs {
  const { placement, identities, kubernetesVersion } = args;
  return {
    ...placement,
    dnsPrefix: requireName("dnsLabel", `mlops-${args.environment}`, "the environment's name"),
    sku: { name: "Base", tier: "Standard" },
    kubernetesVersion,
    identity: { type: "UserAssigned", userAssignedIdentities: [identities.cluster.id] },
    identityProfile: {
      kubeletidentity: {
        resourceId: identities.pull.id,
        clientId: identities.pull.clientId,
        objectId: identities.pull.principalId,
      },
    },
    agentPoolProfiles: [systemPool(args)],
    ...access(args),
    ...upkeep(args),
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      networkDataplane: "cilium",
      networkPolicy: "cilium",
      loadBalancerSku: "standard",
      outboundType: "loadBalancer",
    },
    // No revision: AKS picks the newest for the Kubernetes version, and operators upgrade it from there.
    serviceMeshProfile: {
      mode: "Istio",
      istio: {
        components: {
          ingressGateways: [{ enabled: true, mode: args.ingress === "external" ? "External" : "Internal" }],
        },
      },
    },
  };
}

function systemPool({ pools: { system }, placement, subnetId, kubernetesVersion }: KubernetesClusterArgs) {
  const nodes = systemPoolNodes(system.zones);
  return {
    name: "system",
    mode: "System",
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    osSKU: "AzureLinux",
    vmSize: system.vmSize,
    enableAutoScaling: true,
    minCount: nodes.min,
    maxCount: nodes.max,
    count: nodes.min,
    orchestratorVersion: kubernetesVersion,
    nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
    upgradeSettings: upgrades,
    tags: placement.tags,
    ...inZones(system.zones),
    ...(subnetId !== undefined && { vnetSubnetID: subnetId }),
  };
}

/** Access: people and pipelines use Entra tokens and Azure roles, pods use federated tokens. */
function access({ tenantId, operators, subnetId, apiRanges }: KubernetesClusterArgs) {
  return {
    enableRBAC: true,
    disableLocalAccounts: true,
    aadProfile: {
      managed: true,
      enableAzureRBAC: true,
      tenantID: tenantId,
      ...(operators.length > 0 && { adminGroupObjectIDs: [...operators] }),
    },
    apiServerAccessProfile: {
      disableRunCommand: true,
      ...(subnetId !== undefined && { enablePrivateCluster: true, privateDNSZone: "system" }),
      ...(apiRanges.length > 0 && { authorizedIPRanges: [...apiRanges] }),
    },
    oidcIssuerProfile: { enabled: true },
    securityProfile: {
      workloadIdentity: { enabled: true },
      imageCleaner: { enabled: true, intervalHours: 48 },
    },
  };
}

/** Upgrades, scaling and add-ons that AKS manages. */
function upkeep({ logAnalyticsId }: KubernetesClusterArgs) {
  return {
    autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: "NodeImage" },
    autoScalerProfile: {
      expander: "least-waste",
      balanceSimilarNodeGroups: "true",
      scaleDownUnneededTime: "10m",
    },
    addonProfiles: {
      azurepolicy: { enabled: true },
      azureKeyvaultSecretsProvider: {
        enabled: true,
        config: { enableSecretRotation: "true", rotationPollInterval: "2m" },
      },
      omsagent: {
        enabled: true,
        config: { logAnalyticsWorkspaceResourceID: logAnalyticsId, useAADAuth: "true" },
      },
    },
  };
}
