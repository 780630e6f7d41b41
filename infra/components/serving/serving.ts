import type * as pulumi from "@pulumi/pulumi";
import type { Access } from "../foundation/access";
import type { Foundation } from "../foundation/foundation";
import { KubernetesScoring } from "./kubernetes-scoring";
import { ContainerScoring } from "./container-scoring";
import type { StackConfig } from "../../config/stack-config";
import type { ReleaseState } from "../../config/release";

/** What serves a model, wherever it does. */
export interface Serving {
  /** Base address, while something serves. */
  readonly url?: pulumi.Output<string> | undefined;
  /** Known when the release that was asked for serves. */
  readonly rollout?: pulumi.Output<string> | undefined;
  /** The container group, or the AKS cluster, as `Access` takes them. */
  readonly scopes: {
    readonly containerGroup?: pulumi.Output<string>;
    readonly cluster?: pulumi.Output<string>;
  };
  readonly clusterName?: pulumi.Output<string> | undefined;
}

export interface ServingSources {
  readonly foundation: Foundation;
  readonly access: Access;
  readonly tenantId: pulumi.Input<string>;
  readonly release: ReleaseState;
  /** Environment variables of the service. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The scoring service where the configuration wants it. */
export function serve(config: StackConfig, sources: ServingSources): Serving {
  switch (config.scoring) {
    case "containers":
      return serveOnContainers(config, sources);
    case "kubernetes":
      return serveOnKubernetes(config, sources);
  }
}

function serveOnContainers(
  config: StackConfig,
  { foundation, access, release, settings }: ServingSources,
): Serving {
  const subnetId = foundation.network?.subnets.containers;
  const { id, url } = new ContainerScoring(
    "scoring",
    {
      placement: foundation.placement,
      environment: config.environment,
      pull: foundation.identities.pull,
      scoring: foundation.identities.scoring,
      registry: foundation.registry,
      // One track: a canary there has all requests.
      release: release.canary ?? release.stable,
      settings,
      cpu: config.containerCpu,
      memoryGiB: config.containerMemoryGiB,
      ...(subnetId && { subnetId }),
    },
    { dependsOn: [...access.assignments] },
  );
  return { url, rollout: id, scopes: id ? { containerGroup: id } : {} };
}

function serveOnKubernetes(config: StackConfig, sources: ServingSources): Serving {
  const { foundation, access, tenantId, release, settings } = sources;
  const {
    environment,
    host,
    certificate,
    zones,
    scoringGpuVmSize,
    minReplicas,
    maxReplicas,
    targetCpuPercent,
  } = config;
  const subnetId = foundation.network?.subnets.cluster;
  const { url, rollout, clusterId, clusterName } = new KubernetesScoring(
    "scoring",
    {
      placement: foundation.placement,
      environment,
      tenantId,
      identities: foundation.identities,
      operators: config.operators,
      apiRanges: config.kubernetesApiRanges,
      logAnalyticsId: foundation.logAnalyticsId,
      vault: foundation.vault,
      release,
      settings,
      kubernetesVersion: config.kubernetesVersion,
      pools: {
        system: { vmSize: config.systemVmSize, zones },
        scoring: {
          vmSize: config.scoringVmSize,
          minNodes: config.scoringMinNodes,
          maxNodes: config.scoringMaxNodes,
          zones,
        },
        ...(scoringGpuVmSize !== undefined && { gpu: { vmSize: scoringGpuVmSize } }),
      },
      replicas: { min: minReplicas, max: maxReplicas, targetCpuPercent },
      ...(host !== undefined && certificate !== undefined && { tls: { host, certificate } }),
      ...(subnetId && { subnetId }),
    },
    { dependsOn: [...access.assignments] },
  );
  return { url, rollout, clusterName, scopes: { cluster: clusterId } };
}
