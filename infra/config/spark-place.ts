import type { StackConfig } from "./stack-config";

/** A cluster of Azure Databricks, which knows the steps of training by their identity. */
export interface SparkPlace {
  readonly address: string;
  /** What it calls the folder with the model's data. */
  readonly data: string;
}

/** Where training steps have the work on data done, if not on their nodes. */
export function sparkPlaceOf({
  sparkAddress: address,
  sparkData: data,
}: Pick<StackConfig, "sparkAddress" | "sparkData">): SparkPlace | undefined {
  return address === undefined || data === undefined ? undefined : { address, data };
}

/** The settings by which a training process has that work done there; none without a place. */
export function sparkVariables(place: SparkPlace | undefined): Readonly<Record<string, string>> {
  if (place === undefined) return {};
  return {
    MLOPS_SQL_ENGINE: "spark",
    MLOPS_SPARK_ADDRESS: place.address,
    MLOPS_SPARK_AUTH: "entra",
    MLOPS_SPARK_DATA: place.data,
  };
}
