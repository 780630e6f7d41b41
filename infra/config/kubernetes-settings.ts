import { addressRange, choice, count, list, text, vmSize, type Setting } from "./config-values";

/** The part of `settings` that applies to stacks on AKS, `mlops:<key>`. */
export const kubernetesSettings = {
  kubernetesVersion: {
    schema: text(/^1\.\d{2}(\.\d{1,2})?$/, "expected a version like 1.36"),
    // AKS supported 1.35 to 1.37 on 2026-11-25; the middle one is neither new nor about to lose support.
    default: "1.36",
    description: "Kubernetes version of the cluster and its nodes; patches are applied automatically",
  },
  kubernetesApiRanges: {
    schema: list(addressRange, "address ranges, such as 203.0.113.0/24"),
    default: "",
    description:
      "Address ranges allowed to reach the cluster's API, including build agents; empty allows all",
  },
  systemVmSize: {
    schema: vmSize,
    default: "Standard_D4ds_v5",
    description: "VM size of the system node pool",
  },
  scoringVmSize: {
    schema: vmSize,
    default: "Standard_D4ds_v5",
    description: "VM size of the scoring node pool",
  },
  scoringMinNodes: { schema: count(1, 100), default: "3", description: "Minimum nodes of the scoring pool" },
  scoringMaxNodes: { schema: count(1, 100), default: "10", description: "Maximum nodes of the scoring pool" },
  scoringGpuVmSize: {
    schema: vmSize,
    optional: true,
    description: "VM size of an additional GPU node pool for your own services; without it, there is none",
  },
  zones: {
    schema: list(/^[123]$/, "zones 1, 2 and 3"),
    default: "1,2,3",
    description: "Availability zones of the cluster",
  },
  exposure: {
    schema: choice(["external", "internal"]),
    optional: true,
    description:
      "Who reaches the gateway on AKS: external or internal (default external; internal in a private network without `host`)",
  },
  dnsZone: {
    schema: text(
      /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/dnsZones\/[a-z0-9.-]+$/i,
      "expected the resource id of a public DNS zone",
    ),
    optional: true,
    description: "Public DNS zone in Azure in which the update makes the record of `host`",
    example: "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Network/dnsZones/example.com",
  },
  minReplicas: { schema: count(1, 100), default: "3", description: "Minimum scoring pods" },
  maxReplicas: { schema: count(1, 100), default: "6", description: "Maximum scoring pods" },
  targetCpuPercent: {
    schema: count(10, 90),
    default: "50",
    description: "CPU utilisation, in percent, at which the autoscaler keeps the pods",
  },
} as const satisfies Record<string, Setting>;
