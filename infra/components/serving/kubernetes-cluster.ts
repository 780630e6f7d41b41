import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as containerservice from "@pulumi/azure-native/containerservice";
import { requireName } from "../../config/names";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/identities";
import { collectInsights } from "./cluster-insights";

export interface KubernetesPools {
  /** The cluster's own pods. Azure does not change the size or zones of this pool: that takes a new cluster. */
  readonly system: { readonly vmSize: string; readonly zones: readonly string[] };
  readonly scoring: {
    readonly vmSize: string;
    readonly minNodes: number;
    readonly maxNodes: number;
    readonly zones: readonly string[];
  };
  /** A pool without nodes until something asks for a GPU. */
  readonly gpu?: { readonly vmSize: string };
}

export interface KubernetesClusterArgs {
  readonly placement: Placement;
  readonly environment: string;
  readonly tenantId: pulumi.Input<string>;
  /** `cluster` is the control plane, `pull` what nodes pull images with. */
  readonly identities: { readonly cluster: Identity; readonly pull: Identity };
  /** Object ids of the Entra groups that administer the cluster. */
  readonly operators: readonly string[];
  readonly logAnalyticsId: pulumi.Input<string>;
  readonly kubernetesVersion: string;
  readonly pools: KubernetesPools;
  /** Whether the internet reaches what the cluster serves, or its network only. */
  readonly ingress: "external" | "internal";
  /** Subnet of the nodes; with it the cluster's API has a private address only. */
  readonly subnetId?: pulumi.Input<string>;
  /** Address ranges that reach the cluster's API; every address where it is public and there are none. */
  readonly apiRanges: readonly string[];
}

const maxGpuNodes = 3;
const upgrades = { maxSurge: "33%", drainTimeoutInMinutes: 10 };

/**
 * A pool's name, made of what Azure never changes in a pool: with another size it is another pool, which takes over
 * before the old one goes.
 */
function poolName(role: "score" | "gpu", vmSize: string, zones: readonly string[]): string {
  const content = createHash("sha256").update([vmSize, ...zones].join(" "));
  return requireName("agentPool", `${role}${content.digest("hex").slice(0, 6)}`, "the VM size and zones");
}

const inZones = (zones: readonly string[]) => (zones.length > 0 ? { availabilityZones: [...zones] } : {});

/** What the scoring service runs on in production: Entra ID instead of accounts, workload identity, nodes that come and go. */
export class KubernetesCluster extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Name of the group that AKS makes for nodes, disks and balancers. */
  readonly nodeResourceGroup: pulumi.Output<string>;
  /** Who vouches for the service accounts of the cluster. */
  readonly issuer: pulumi.Output<string>;
  /** What has to exist before pods have a place. */
  readonly pools: readonly pulumi.Resource[];

  constructor(name: string, args: KubernetesClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesCluster", name, {}, opts);

    const { resourceGroupName } = args.placement;
    const cluster = new containerservice.ManagedCluster(name, clusterArgs(args), {
      parent: this,
      // The autoscaler's, after the beginning.
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
        // A pool stays at the version it was made with unless it is told of another: the cluster's is not enough.
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
    // At night, and not both at once: nodes are replaced one third at a time.
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

/** As Azure says, or, before it does, by the rule that its documentation gives. */
function nodeGroupOf(
  { nodeResourceGroup, name, location }: containerservice.ManagedCluster,
  resourceGroupName: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi
    .all([nodeResourceGroup, resourceGroupName, name, location])
    .apply(([given, group, cluster, region]) => given ?? `MC_${group}_${cluster}_${region}`.slice(0, 80));
}

/** What is said of a pool beside what all pools have. */
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
    // No revision: AKS takes the newest that suits the version of Kubernetes, and operators move on from it.
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
  // One node in each zone: the cluster outlives the loss of one.
  const nodes = Math.max(2, system.zones.length);
  return {
    name: "system",
    mode: "System",
    type: "VirtualMachineScaleSets",
    osType: "Linux",
    osSKU: "AzureLinux",
    vmSize: system.vmSize,
    enableAutoScaling: true,
    minCount: nodes,
    maxCount: nodes * 2,
    count: nodes,
    orchestratorVersion: kubernetesVersion,
    nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
    upgradeSettings: upgrades,
    tags: placement.tags,
    ...inZones(system.zones),
    ...(subnetId !== undefined && { vnetSubnetID: subnetId }),
  };
}

/** Who may enter: people and pipelines with Entra tokens and Azure roles, pods with federated ones. */
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

/** What AKS looks after by itself. */
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
