/** What is kept of a resource's logs and metrics. */
export interface Diagnostics {
  /** Of the setting's name, where a resource has several. */
  readonly suffix: string;
  /** Below the resource's id: services of a storage account have settings of their own. */
  readonly path: string;
  /** Absent where a resource has none: Azure takes no empty list. */
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

/** Resources of which something else than everything is kept, by the name they have in `diagnosed`. */
const special: Readonly<Record<string, readonly Diagnostics[]>> = {
  // The account itself has no logs; those of Blob say who read and wrote which data.
  storage: [
    { suffix: "", path: "", metrics: metrics("Transaction") },
    {
      suffix: "-blob",
      path: "/blobServices/default",
      logs: [{ categoryGroup: "allLogs", enabled: true }],
      metrics: metrics("Transaction"),
    },
  ],
  // Every read of the API server would be most of the bill for logs; changes, sign-ins and scaling are kept.
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

/** The diagnostic settings of a resource: of all its logs and metrics, unless it is one of the few named above. */
export function diagnosticsOf(resource: string): readonly Diagnostics[] {
  return special[resource] ?? [everything];
}
