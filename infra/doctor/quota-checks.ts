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

/** The quota of all families together; low-priority VMs have no other. */
function totalOf({ quota }: VmNeed, usages: readonly Usage[]): Usage | undefined {
  const total = { compute: "cores", "machine-learning": "totalclusterdedicated" };
  return quota === "machine-learning-low"
    ? undefined
    : usages.find(({ name }) => plain(name).startsWith(total[quota]));
}

/** VMs that draw on one quota. */
interface Drawn {
  readonly usage: Usage;
  readonly isTotal: boolean;
  readonly needs: { readonly need: VmNeed; readonly cores: number }[];
}

/** Whether a quota suffices for all that draw on it, at their most. */
function checkDrawn({ usage, isTotal, needs }: Drawn, location: string): Finding {
  const names = needs.map(({ need }) => need.what);
  const check = isTotal
    ? `quota of ${location} for all of ${names.join(", ")}`
    : `quota for ${names.join(", ")}`;
  const cores = needs.reduce((sum, each) => sum + each.cores, 0);
  const free = usage.limit - usage.used;
  const vms = needs.map(({ need: { nodes, vmSize } }) => `${nodes} × ${vmSize}`).join(" + ");
  const says = `${vms} = ${cores} cores; ${free} of ${usage.limit} are free (${usage.name})`;
  const request = needs[0] && requests[needs[0].need.quota];
  return free >= cores
    ? ok(check, says)
    : failed(
        check,
        says,
        `Request ${usage.used + cores} cores: ${request}, ${location}; or lower the stack's maximum nodes`,
      );
}

/**
 * Checks whether a region offers the VM sizes, and whether its quotas suffice when everything has grown to its most at once:
 * several pools draw on one quota when their sizes are of one family, and on that of the region.
 */
export function checkQuotas(
  needs: readonly VmNeed[],
  region: {
    readonly location: string;
    readonly skus: readonly VmSku[];
    readonly compute: readonly Usage[];
    readonly machineLearning: readonly Usage[];
  },
): Finding[] {
  const { location } = region;
  const findings: Finding[] = [];
  const drawn = new Map<Usage, Drawn>();
  for (const need of needs) {
    const { what, vmSize, nodes } = need;
    const check = `quota for ${what}`;
    const sku = region.skus.find(({ name }) => name.toLowerCase() === vmSize.toLowerCase());
    if (sku === undefined || sku.restriction !== undefined) {
      findings.push(
        failed(
          check,
          `${vmSize} is not available in ${location} for this subscription${sku?.restriction === undefined ? "" : ` (${sku.restriction})`}`,
          `az vm list-skus --location ${location} --resource-type virtualMachines --output table`,
        ),
      );
      continue;
    }
    const usages = need.quota === "compute" ? region.compute : region.machineLearning;
    const cores = nodes * sku.cores;
    const family = usageOf(need, sku, usages);
    if (family === undefined) {
      const says = `needs ${cores} cores of ${sku.family}, whose quota is not listed`;
      findings.push({ check, status: "unknown", says, mend: `Check it: ${requests[need.quota]}` });
    }
    for (const [usage, isTotal] of [
      [family, false],
      [totalOf(need, usages), true],
    ] as const) {
      if (usage === undefined) continue;
      const of = drawn.get(usage) ?? { usage, isTotal, needs: [] };
      drawn.set(usage, of);
      of.needs.push({ need, cores });
    }
  }
  return [...findings, ...[...drawn.values()].map((each) => checkDrawn(each, location))];
}
