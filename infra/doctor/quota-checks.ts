import { maxGpuNodes, systemPoolNodes } from "../config/pool-sizes";
import type { StackConfig } from "../config/stack-config";
import { failed, ok, type Finding } from "./finding";

/** VMs that a stack can scale out to. */
export interface VmNeed {
  readonly what: string;
  readonly vmSize: string;
  readonly nodes: number;
  /** Azure Machine Learning and low-priority VMs have separate quotas. */
  readonly quota: "machine-learning" | "machine-learning-low" | "compute";
}

/** A VM size as Azure offers it in a region. */
export interface VmSku {
  readonly name: string;
  readonly family: string;
  readonly cores: number;
  /** Why the size is not available; undefined if it is. */
  readonly restriction?: string | undefined;
}

/** Usage of a quota, in cores. */
export interface Usage {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** The VMs that the configured stack can scale out to. */
export function vmNeeds(config: StackConfig): VmNeed[] {
  const quota = config.computePriority === "low" ? "machine-learning-low" : "machine-learning";
  const training = (what: string, vmSize: string): VmNeed => ({
    what,
    vmSize,
    nodes: config.computeMaxNodes,
    quota,
  });
  const cluster = (what: string, vmSize: string, nodes: number): VmNeed => ({
    what,
    vmSize,
    nodes,
    quota: "compute",
  });
  return [
    ...(config.compute ? [training("training", config.computeVmSize)] : []),
    ...(config.compute && config.gpuVmSize !== undefined ? [training("GPU training", config.gpuVmSize)] : []),
    ...(config.scoring === "kubernetes"
      ? [
          cluster("system pool", config.systemVmSize, systemPoolNodes(config.zones).max),
          cluster("scoring pool", config.scoringVmSize, config.scoringMaxNodes),
          ...(config.scoringGpuVmSize === undefined
            ? []
            : [cluster("GPU pool", config.scoringGpuVmSize, maxGpuNodes)]),
        ]
      : []),
  ];
}

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Azure spells a family in several ways: standardDSv2Family, "Standard DSv2 Family Cluster Dedicated vCPUs". */
function usageOf(need: VmNeed, sku: VmSku, usages: readonly Usage[]): Usage | undefined {
  if (need.quota === "machine-learning-low")
    return usages.find(({ name }) => plain(name).includes("lowpriority"));
  return usages.find(
    ({ name }) => plain(name).startsWith(plain(sku.family)) && !plain(name).includes("lowpriority"),
  );
}

const requests: Readonly<Record<VmNeed["quota"], string>> = {
  compute: "portal.azure.com, Quotas, Compute",
  "machine-learning": "portal.azure.com, Quotas, Machine learning",
  "machine-learning-low": "portal.azure.com, Quotas, Machine learning (low priority)",
};

/** Checks whether a region offers a VM size, and whether the quota suffices for the stack's maximum. */
export function checkQuota(
  need: VmNeed,
  region: {
    readonly location: string;
    readonly skus: readonly VmSku[];
    readonly usages: readonly Usage[];
  },
): Finding {
  const { what, vmSize, nodes } = need;
  const check = `quota for ${what}`;
  const sku = region.skus.find(({ name }) => name.toLowerCase() === vmSize.toLowerCase());
  if (sku === undefined || sku.restriction !== undefined) {
    return failed(
      check,
      `${vmSize} is not available in ${region.location} for this subscription${sku?.restriction === undefined ? "" : ` (${sku.restriction})`}`,
      `az vm list-skus --location ${region.location} --resource-type virtualMachines --output table`,
    );
  }
  const cores = nodes * sku.cores;
  const usage = usageOf(need, sku, region.usages);
  if (usage === undefined) {
    const says = `needs ${cores} cores of ${sku.family}, whose quota is not listed`;
    return { check, status: "unknown", says, mend: `Check it: ${requests[need.quota]}` };
  }
  const free = usage.limit - usage.used;
  const says = `${nodes} × ${vmSize} = ${cores} cores; ${free} of ${usage.limit} are free (${usage.name})`;
  return free >= cores
    ? ok(check, says)
    : failed(
        check,
        says,
        `Request ${usage.used + cores} cores: ${requests[need.quota]}, ${region.location}; or lower the stack's maximum nodes`,
      );
}
