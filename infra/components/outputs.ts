import * as pulumi from "@pulumi/pulumi";
import type { TrainingCluster } from "./training/compute";
import type { Foundation } from "./foundation/foundation";
import type { TrainingPipeline } from "./training/training-pipeline";
import type { Workspace } from "./training/workspace";
import type { StackConfig } from "../config/stack-config";
import type { Variables } from "../config/environment";
import type { Images } from "./images/images";
import { readEnvironments } from "../../platform/release/environments";
import { keyGenerations } from "../config/key-generations";
import { pipelineTemplates } from "../config/pipeline-files";
import { pipelinesOf } from "../config/pipelines";
import type { PublicAddress } from "./serving/public-address";
import type { PreparedServing } from "./serving/prepare-serving";
import type { WebApps } from "./web/host-web-apps";

interface Declared {
  readonly config: StackConfig;
  readonly foundation: Foundation;
  readonly workspace: Workspace;
  readonly clusters: readonly TrainingCluster[];
  readonly retraining: TrainingPipeline;
  readonly images: Images;
  readonly environment: Readonly<Record<"scoring" | "training" | "cli", Variables>>;
  readonly serving: PreparedServing;
  readonly webApps: WebApps;
  readonly address: PublicAddress | undefined;
}

/** Stack outputs for pipelines and people; they contain no secrets. */
export function outputsOf(declared: Declared): Record<string, unknown> {
  const { config, foundation, workspace, clusters, retraining, images, environment, serving } = declared;
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
    scoringKeys: {
      vault: foundation.vault.uri,
      generations: keyGenerations(config),
      ...(serving.certificateNames && { certificate: { names: serving.certificateNames } }),
    },
    storage: foundation.storage.name,
    // Destination of `mlops data push`.
    dataAddress: pulumi.interpolate`${foundation.storage.blobEndpoint}${foundation.containers.data}`,
    insightsAppId: foundation.insights.appId,
    images,
    environment,
    retraining: retraining.endpoint,
    pipelines: pipelinesOf(config.environment, {
      cli: environment.cli,
      model: config.model,
      environments: readEnvironments(),
    }),
    pipelineTemplates: pipelineTemplates(),
    ...declared.webApps,
    // For a DNS record of a name of one's own.
    ...(declared.address && { address: { host: declared.address.host, ip: declared.address.ip } }),
    ...(serving.cluster && { cluster: serving.cluster.name }),
    // For the serving stack. Its connection string is only the address of telemetry; sending needs a role.
    serving: serving.place,
  };
}
