import * as pulumi from "@pulumi/pulumi";
import type { Access } from "../foundation/access";
import type { Scope } from "../foundation/access-scopes";
import type { Foundation, Identity } from "../foundation/foundation";
import { KubernetesScoring } from "./kubernetes-scoring";
import { containerGroupName } from "./container-scoring";
import type { PublicAddress } from "./public-address";
import type { StackConfig } from "../../config/stack-config";
import type { ServingPlace } from "../../config/serving-place";
import {
  primaryKeySecret,
  servingCertificate,
  testKeySecret,
} from "../../../platform/settings/security-settings";

/** An environment's serving infrastructure, which exists before the first release. */
export interface PreparedServing {
  /** Everything that the serving stack knows about the environment: the output `serving`. */
  readonly place: pulumi.Output<ServingPlace>;
  /** Base URL, if it is known before anything serves. */
  readonly url?: pulumi.Output<string>;
  readonly cluster?: Readonly<Record<"id" | "name" | "nodeResourceGroup", pulumi.Output<string>>>;
  /** Names in the certificate that the vault is to make; undefined where it has one for `host`. */
  readonly certificateNames?: readonly pulumi.Input<string>[] | undefined;
  /** Resource id of the container group, which may not exist yet. */
  readonly containerGroupId?: pulumi.Output<string>;
  /** Scopes of the roles that releases need, for `Access`. */
  readonly scopes: Readonly<Partial<Record<Scope, pulumi.Output<string>>>>;
}

export interface ServingSources {
  readonly foundation: Foundation;
  readonly access: Access;
  readonly tenantId: pulumi.Input<string>;
  /** Public address of the cluster's gateway, where it has one of its own. */
  readonly address?: PublicAddress | undefined;
  /** Environment variables of the service. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
}

const identityOf = ({ id, clientId }: Identity) => ({ id, clientId });

function commonPlace(config: StackConfig, { foundation, settings }: ServingSources) {
  const { environment, model } = config;
  const scoring = identityOf(foundation.identities.scoring);
  return { environment, model, placement: foundation.placement, scoring, settings };
}

/** What callers of the service have to read of the vault, each by itself: nothing else that is in it. */
function secretScopes(
  { scoringAudience }: StackConfig,
  { vault }: Foundation,
  { hasCertificate }: { readonly hasCertificate: boolean },
): PreparedServing["scopes"] {
  const scopeOf = (secret: string) => pulumi.interpolate`${vault.id}/secrets/${secret}`;
  const certificate = pulumi.interpolate`${vault.id}/certificates/${servingCertificate}`;
  return {
    // With an audience, callers have tokens, and there is no key.
    ...(scoringAudience === undefined && { scoringKey: scopeOf(primaryKeySecret) }),
    testKey: scopeOf(testKeySecret),
    ...(hasCertificate && { servingCertificate: certificate }),
  };
}

/** The configured serving infrastructure. Role assignments come first, so that images can be pulled from the start. */
export function prepareServing(config: StackConfig, sources: ServingSources): PreparedServing {
  switch (config.scoring) {
    case "containers":
      return prepareContainers(config, sources);
    case "kubernetes":
      return prepareKubernetes(config, sources);
  }
}

function prepareContainers(config: StackConfig, sources: ServingSources): PreparedServing {
  const { foundation, access } = sources;
  const subnetId = foundation.network?.subnets.containers;
  const place = pulumi.output({
    kind: "containers" as const,
    ...commonPlace(config, sources),
    pull: identityOf(foundation.identities.pull),
    registry: foundation.registry.loginServer,
    cpu: config.containerCpu,
    memoryGiB: config.containerMemoryGiB,
    rolesAssignedAt: access.newestFor("pull", "scoring"),
    ...(subnetId && { subnetId }),
  });
  const containerGroupId = pulumi.interpolate`${foundation.resourceGroup.id}/providers/Microsoft.ContainerInstance/containerGroups/${containerGroupName}`;
  const scopes = {
    ...secretScopes(config, foundation, { hasCertificate: true }),
    containerGroups: foundation.resourceGroup.id,
    groupPullIdentity: foundation.identities.pull.id,
    groupScoringIdentity: foundation.identities.scoring.id,
    ...(subnetId && { groupSubnet: subnetId }),
  };
  // Azure gives the group its address when the first release makes it, so that callers know the service by this name.
  const certificateNames = [`${config.environment}.scoring.internal`];
  return { place, certificateNames, containerGroupId, scopes };
}

/** Name of the gateway, and the vault's certificate for it; undefined for a closed gateway, which has neither. */
function nameOf(config: StackConfig, address: PublicAddress | undefined) {
  const { host, certificate } = config;
  if (host !== undefined && certificate !== undefined) return { host, certificate };
  return address && { host: address.host, certificate: servingCertificate };
}

function prepareKubernetes(config: StackConfig, sources: ServingSources): PreparedServing {
  const { foundation, access, tenantId, address } = sources;
  const { environment, zones, scoringGpuVmSize } = config;
  const name = nameOf(config, address);
  const subnetId = foundation.network?.subnets.cluster;
  const { url, clusterId, clusterName, nodeResourceGroup, namespace } = new KubernetesScoring(
    "scoring",
    {
      placement: foundation.placement,
      environment,
      tenantId,
      identities: foundation.identities,
      operators: config.operators,
      apiRanges: config.kubernetesApiRanges,
      logAnalyticsId: foundation.logAnalyticsId,
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
      ...(name && { host: name.host }),
      ...(subnetId && { subnetId }),
    },
    // The control plane may not use the nodes' identity before its role is in effect.
    { dependsOn: access.inEffectFor("cluster", "pull") },
  );
  const { minReplicas: min, maxReplicas: max, targetCpuPercent } = config;
  const place = pulumi.output({
    kind: "kubernetes" as const,
    ...commonPlace(config, sources),
    cluster: { id: clusterId, name: clusterName },
    namespace,
    replicas: { min, max, targetCpuPercent },
    url,
    ...(name && { tls: { ...name, vaultName: foundation.vault.name, tenantId } }),
    ...(address && { address: { name: address.name, resourceGroupName: address.resourceGroupName } }),
  });
  const cluster = { id: clusterId, name: clusterName, nodeResourceGroup };
  // No authority signs a name of Azure's domain for its users, so that the vault makes the certificate, and callers know it.
  const certificateNames = address !== undefined && config.host === undefined ? [address.host] : undefined;
  const secrets = secretScopes(config, foundation, { hasCertificate: certificateNames !== undefined });
  return { place, url, cluster, certificateNames, scopes: { cluster: clusterId, ...secrets } };
}
