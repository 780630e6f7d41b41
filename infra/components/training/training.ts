import * as pulumi from "@pulumi/pulumi";
import { TrainingCluster } from "./compute";
import type { Foundation } from "../foundation/foundation";
import { TrainingPipeline } from "./training-pipeline";
import { SparkPool } from "./spark-pool";
import type { Workspace } from "./workspace";
import type { StackConfig } from "../../config/stack-config";
import { computeName } from "../../config/names";
import { sparkPlaceOf } from "../../config/spark-place";
import { computeId } from "./training-specs";

/** The configured training clusters: one with CPUs, and one with GPUs if `gpuVmSize` is set. */
export function trainingClusters(
  config: StackConfig,
  foundation: Foundation,
  workspace: Workspace,
): TrainingCluster[] {
  if (!config.compute) return [];
  const sizes = { cpu: config.computeVmSize, gpu: config.gpuVmSize };
  return (["cpu", "gpu"] as const).flatMap((kind) => {
    const vmSize = sizes[kind];
    if (vmSize === undefined) return [];
    return new TrainingCluster(
      `${kind}-cluster`,
      {
        placement: foundation.placement,
        workspaceName: workspace.name,
        identity: foundation.identities.training,
        kind,
        vmSize,
        priority: config.computePriority,
        minNodes: config.computeMinNodes,
        maxNodes: config.computeMaxNodes,
        idleMinutes: config.computeIdleMinutes,
        subnetId: foundation.network?.subnets.compute,
      },
      { dependsOn: [...workspace.reachable] },
    );
  });
}

/** The Spark pool that the workspace's own jobs may use, if there is one. */
export function attachedPool(
  { synapsePool: poolId }: StackConfig,
  { placement, identities }: Foundation,
  workspace: Workspace,
): SparkPool | undefined {
  if (poolId === undefined) return undefined;
  return new SparkPool(
    "spark-pool",
    { placement, workspaceName: workspace.name, identity: identities.training, poolId },
    { dependsOn: [...workspace.reachable] },
  );
}

/** URL of where jobs keep the data that they train on: next to the models, where their identity already has write access. */
export function keptDataOf({ storage }: Pick<Foundation, "storage">): pulumi.Output<string> {
  return pulumi.interpolate`${storage.blobEndpoint}${storage.containers.models}/data-versions`;
}

/** The retraining pipeline. It stays while the clusters are switched off, and refers to the one that it needs. */
export function retrainingPipeline(
  config: StackConfig,
  {
    foundation,
    workspace,
    clusters,
    trains,
  }: {
    readonly foundation: Foundation;
    readonly workspace: Workspace;
    readonly clusters: readonly TrainingCluster[];
    /** Whether the schedule starts it; its endpoint can be called in every environment. */
    readonly trains: boolean;
  },
): TrainingPipeline {
  const { computePriority, computeVmSize } = config;
  const absent = workspace.id.apply((id) =>
    computeId(id, computeName("cpu", computeVmSize, computePriority)),
  );
  return new TrainingPipeline("retraining", {
    placement: foundation.placement,
    workspace,
    model: config.model,
    clusterId: clusters[0]?.id ?? absent,
    identity: foundation.identities.training,
    stepTimeoutMinutes: config.stepTimeoutMinutes,
    schedule: config.schedule,
    // Without a cluster every job would fail.
    scheduleEnabled: trains && config.scheduleEnabled && config.compute,
    evaluation: config.evaluation,
    onNoPromotion: config.onNoPromotion,
    acceptPopulation: config.acceptPopulation,
    acceptBreaking: config.acceptBreaking,
    signingKey: foundation.signingKey?.uri,
    trustedKeys: config.trustedKeys,
    spark: sparkPlaceOf(config),
    dataUri: workspace.dataUri,
    audit: pulumi.interpolate`${foundation.storage.blobEndpoint}${foundation.storage.containers.audit}`,
    dataVersions: keptDataOf(foundation),
  });
}
