import { text, type Setting } from "./config-values";

/** Settings of what works on data that one machine cannot hold, `mlops:<key>`. */
export const sparkSettings = {
  sparkAddress: {
    schema: text(
      /^https:\/\/[a-z0-9.-]+(:\d{1,5})?\/[\x21-\x7e]*$/i,
      "expected an https:// address with its path, such as https://adb-1.2.azuredatabricks.net/sql/protocolv1/o/1/0101-abc",
    ),
    optional: true,
    description:
      "Address of a cluster of Azure Databricks that works on the data of training; without it, the training nodes do",
  },
  sparkData: {
    schema: text(/^[\x21-\x7e]{1,1024}$/, "expected a path of the cluster"),
    optional: true,
    description:
      "What that cluster calls the folder of the model's data, such as `abfss://data@<account>.dfs.core.windows.net/churn`",
  },
  synapsePool: {
    schema: text(
      /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Synapse\/workspaces\/[^/]+\/bigDataPools\/[^/]+$/i,
      "expected the resource id of a Spark pool of Azure Synapse",
    ),
    optional: true,
    description:
      "Resource id of a Spark pool of Azure Synapse that is attached to the workspace, for Spark jobs of your own",
  },
} as const satisfies Record<string, Setting>;
