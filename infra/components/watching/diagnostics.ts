/** A diagnostic setting: which logs and metrics of a resource are kept. */
export interface Diagnostics {
  /** Suffix of the setting's name, for a resource with several. */
  readonly suffix: string;
  /** Path below the resource's id, because each service of a storage account has its own setting. */
  readonly path: string;
  /** Absent if the resource has no logs, because Azure refuses an empty list. */
  readonly logs?: { category?: string; categoryGroup?: string; enabled: true }[];
  readonly metrics: { category: string; enabled: true }[];
}

const metrics = (category: string): Diagnostics["metrics"] => [{ category, enabled: true }];
const everything: Diagnostics = {
  suffix: "",
  path: "",
  logs: [{ categoryGroup: "allLogs", enabled: true }],
  metrics: metrics("AllMetrics"),
};

/** Exceptions to keeping everything, by name in `diagnosed`. */
const special: Readonly<Record<string, readonly Diagnostics[]>> = {
  // The account itself has no logs; the Blob service logs who read and wrote which data.
  storage: [
    { suffix: "", path: "", metrics: metrics("Transaction") },
    {
      suffix: "-blob",
      path: "/blobServices/default",
      logs: [{ categoryGroup: "allLogs", enabled: true }],
      metrics: metrics("Transaction"),
    },
  ],
  // Logging every API server read would dominate the log bill; changes, sign-ins and scaling are kept.
  cluster: [
    {
      suffix: "",
      path: "",
      logs: ["kube-audit-admin", "guard", "cluster-autoscaler"].map((category) => ({
        category,
        enabled: true,
      })),
      metrics: metrics("AllMetrics"),
    },
  ],
};

/** The diagnostic settings of a resource: all logs and metrics, apart from the exceptions above. */
export function diagnosticsOf(resource: string): readonly Diagnostics[] {
  return special[resource] ?? [everything];
}
