import { count, list, text, vmSize, type Setting } from "./config-values";

/** Settings of a stack that serves on AKS, `mlops:<key>`; a part of `settings`. */
export const kubernetesSettings = {
  kubernetesVersion: {
    schema: text(/^1\.\d{2}(\.\d{1,2})?$/, "expected a version like 1.36"),
    // Of those that AKS supported on 2026-11-25 (1.35 to 1.37) the one that is neither new nor next to go.
    default: "1.36",
    description: "Version of AKS and its nodes; patches come by themselves",
  },
  kubernetesApiRanges: {
    schema: list(/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/, "address ranges, as in 203.0.113.0/24"),
    default: "",
    description: "Address ranges that reach the cluster's API, its own agents' among them; all without it",
  },
  systemVmSize: {
    schema: vmSize,
    default: "Standard_D4ds_v5",
    description: "VM size of the cluster's own pool",
  },
  scoringVmSize: {
    schema: vmSize,
    default: "Standard_D4ds_v5",
    description: "VM size of the pool that scores",
  },
  scoringMinNodes: { schema: count(1, 100), default: "3", description: "Minimum nodes that score" },
  scoringMaxNodes: { schema: count(1, 100), default: "10", description: "Maximum nodes that score" },
  scoringGpuVmSize: {
    schema: vmSize,
    optional: true,
    description: "VM size of a GPU pool beside it, for your own services; none without it",
  },
  zones: {
    schema: list(/^[123]$/, "zones 1, 2 and 3"),
    default: "1,2,3",
    description: "Availability zones of the cluster",
  },
  minReplicas: { schema: count(1, 100), default: "3", description: "Minimum scoring pods" },
  maxReplicas: { schema: count(1, 100), default: "6", description: "Maximum scoring pods" },
  targetCpuPercent: {
    schema: count(10, 90),
    default: "50",
    description: "Processor use that the number of pods is held at, percent",
  },
} as const satisfies Record<string, Setting>;
