/** Something that Azure bills for although nobody trains or asks anything. Names of settings are in backticks. */
interface CostDriver {
  readonly what: string;
  /** By what it is billed. */
  readonly idle: string;
  /** Why it is kept, and how to save it. */
  readonly saving: string;
}

/** What a stack's environment costs while idle: docs/reference/costs.md has the same, which a test holds. Without sums: prices differ. */
export const costDrivers: readonly CostDriver[] = [
  {
    what: "training nodes",
    idle: "nothing: 0 nodes",
    saving: "released after `computeIdleMinutes`; `computePriority: low` makes them cheaper",
  },
  {
    what: "a cluster of Databricks or Synapse, with `sparkAddress`, `synapsePool`",
    idle: "nothing where it stops by itself; it is not the stack's",
    saving: "set its auto termination or auto pause, as the guide to Spark says",
  },
  {
    what: "container registry",
    idle: "Premium, by the day: the largest part of an idle qa",
    saving: "only Premium has retention, private endpoints and keys of your own",
  },
  {
    what: "scoring on Container Instances",
    idle: "processors and GiB × seconds while it runs",
    saving: "set `autoStop`; nothing is billed before the first release",
  },
  {
    what: "AKS",
    idle: "Standard tier by the hour, system nodes and `scoringMinNodes` VMs × hours, a load balancer, a public IP address",
    saving: "uptime agreement and three zones; choose a smaller `systemVmSize` and `scoringVmSize`",
  },
  {
    what: "web apps, with `dashboard` or `page`",
    idle: "one Basic B1 instance of App Service by the hour for both, day and night",
    saving: "off unless set; on a machine, `mlops dashboard` and `mlops page` cost nothing",
  },
  {
    what: "Log Analytics",
    idle: "GB ingested, and GB × months above what is free",
    saving: "`logDays`",
  },
  {
    what: "alerts, availability test",
    idle: "each log alert and each test run, by the month",
    saving: "there are only a few; without a `host` there is no test",
  },
  {
    what: "storage",
    idle: "GB × months, cooler after 30 days",
    saving: "`predictionLogDays`",
  },
  {
    what: "private network",
    idle: "each private endpoint by the hour, DNS zones by the month, GB",
    saving: "`network: public`",
  },
  {
    what: "vault, Event Grid, Logic Apps, identities",
    idle: "a few operations",
    saving: "next to nothing",
  },
];
