import * as pulumi from "@pulumi/pulumi";
import type { TrainingCluster } from "./training/compute";
import type { Foundation } from "./foundation/foundation";
import type { TrainingPipeline } from "./training/training-pipeline";
import type { Workspace } from "./training/workspace";
import type { StackConfig } from "../config/stack-config";
import type { Variables } from "../config/environment";
import type { Images } from "./images/images";
import { pipelinesOf } from "../config/pipelines";
import type { ReleaseState } from "../config/release";
import type { Serving } from "./serving/serving";

interface Declared {
  readonly config: StackConfig;
  readonly foundation: Foundation;
  readonly workspace: Workspace;
  readonly clusters: readonly TrainingCluster[];
  readonly retraining: TrainingPipeline;
  readonly images: Images;
  readonly environment: Readonly<Record<"scoring" | "training" | "cli", Variables>>;
  readonly serving: Serving;
  readonly release: ReleaseState;
}

/** What pipelines and people need to know of an environment. No secret is among it. */
export function outputsOf(declared: Declared): Record<string, unknown> {
  const { config, foundation, workspace, clusters, retraining, images, environment, serving, release } =
    declared;
  return {
    resourceGroup: foundation.resourceGroup.name,
    location: config.location,
    model: config.model,
    workspace: workspace.name,
    workspaceId: workspace.id,
    clusters: clusters.map(({ name }) => name),
    registry: foundation.registry.loginServer,
    registryId: foundation.registry.id,
    vault: foundation.vault.name,
    storage: foundation.storage.name,
    // Where `mlops data push` delivers to.
    dataAddress: pulumi.interpolate`${foundation.storage.blobEndpoint}${foundation.containers.data}`,
    insightsAppId: foundation.insights.appId,
    images,
    environment,
    retraining: retraining.endpoint,
    pipelines: pipelinesOf(config.environment, { cli: environment.cli, model: config.model }),
    scoringUrl: serving.url ?? "",
    ...(serving.clusterName && { cluster: serving.clusterName }),
    // Not before it serves: an update that fails leaves the release that the outputs had.
    release: serving.rollout === undefined ? release : serving.rollout.apply(() => release),
  };
}
