import type { PropertyChange } from "./property-changes";

/** Properties that affect the bill, by the end of their path. */
const billed: readonly RegExp[] = [
  /(^|\.)(vmSize|vmPriority|priority|scaleSetPriority)$/,
  /(^|\.)sku(\.(name|tier|capacity|family))?$/,
  /(^|\.)(tier|capacity|throughput|dailyQuotaGb|retentionInDays|retentionDays)$/i,
  /(^|\.)(count|minCount|maxCount|minNodeCount|maxNodeCount|nodeCount|instances?)$/,
  /(^|\.)(replicas|minReplicas|maxReplicas)$/,
  // Container resources: Container Instances bills them directly, and on a cluster they decide the number of nodes.
  /(^|\.)(requests|limits)\.(cpu|memory|memoryInGB|gpu\.count|gpu\.sku)$/,
  /(^|\.)(amount|availabilityZones|zoneRedundancy|nodeIdleTimeBeforeScaleDown|osDiskSizeGB|diskSizeGB|storage)$/,
];

/** Types that cost money merely by existing, whatever their properties. */
const billedTypes = new Set([
  "azure-native:network:PrivateEndpoint",
  "azure-native:network:PublicIPAddress",
  "azure-native:network:NatGateway",
  "azure-native:network:AzureFirewall",
  "azure-native:containerinstance:ContainerGroup",
  "azure-native:containerservice:ManagedCluster",
  "azure-native:containerregistry:Registry",
  "azure-native:machinelearningservices:Compute",
]);

/** Types whose numeric properties do not affect the bill. */
const unbilledTypes =
  /^(random|pulumi|mlops):|azure-native:(insights|monitor|authorization|policyinsights):|:NetworkSecurityGroup$/;

/** The properties of a resource that affect the bill; an empty path stands for the resource itself. */
export function costProperties(type: string, properties: readonly PropertyChange[]): PropertyChange[] {
  if (unbilledTypes.test(type)) return [];
  const found = properties.filter(({ path }) => billed.some((pattern) => pattern.test(path)));
  const all = properties.every(({ before }) => before === undefined);
  const gone = properties.every(({ after }) => after === undefined);
  if (found.length > 0 || !billedTypes.has(type) || !(all || gone) || properties.length === 0) return found;
  return [{ path: "", ...(gone ? { before: "there" } : { after: "there" }) }];
}
