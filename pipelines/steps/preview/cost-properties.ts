import type { PropertyChange } from "./property-changes";

/** Properties that a bill follows, by the end of their path. */
const billed: readonly RegExp[] = [
  /(^|\.)(vmSize|vmPriority|priority|scaleSetPriority)$/,
  /(^|\.)sku(\.(name|tier|capacity|family))?$/,
  /(^|\.)(tier|capacity|throughput|dailyQuotaGb|retentionInDays|retentionDays)$/i,
  /(^|\.)(count|minCount|maxCount|minNodeCount|maxNodeCount|nodeCount|instances?)$/,
  /(^|\.)(replicas|minReplicas|maxReplicas)$/,
  // What a container gets: on Container Instances that is what is paid, on a cluster it is what makes nodes.
  /(^|\.)(requests|limits)\.(cpu|memory|memoryInGB|gpu\.count|gpu\.sku)$/,
  /(^|\.)(amount|availabilityZones|zoneRedundancy|nodeIdleTimeBeforeScaleDown|osDiskSizeGB|diskSizeGB|storage)$/,
];

/** Types that cost by being there, even where no property says how much. */
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

/** Types whose numbers are no amounts of anything that is paid for. */
const unbilledTypes = /^(random|pulumi|mlops):|azure-native:(insights|monitor|authorization|policyinsights):/;

/** Of a resource's properties those that cost; one without a path stands for the resource as such. */
export function costProperties(type: string, properties: readonly PropertyChange[]): PropertyChange[] {
  if (unbilledTypes.test(type)) return [];
  const found = properties.filter(({ path }) => billed.some((pattern) => pattern.test(path)));
  const all = properties.every(({ before }) => before === undefined);
  const gone = properties.every(({ after }) => after === undefined);
  if (found.length > 0 || !billedTypes.has(type) || !(all || gone) || properties.length === 0) return found;
  return [{ path: "", ...(gone ? { before: "there" } : { after: "there" }) }];
}
