import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/identities";
import { certificateName } from "./kubernetes-certificate";
import { KubernetesCluster, type KubernetesPools } from "./kubernetes-cluster";
import { gateways, ingressNamespace, serviceAccountName } from "./kubernetes-namespace";

export interface KubernetesScoringArgs {
  readonly placement: Placement;
  readonly environment: string;
  readonly tenantId: pulumi.Input<string>;
  readonly identities: { readonly cluster: Identity; readonly pull: Identity; readonly scoring: Identity };
  /** Object ids of the Entra groups that administer the cluster. */
  readonly operators: readonly string[];
  readonly logAnalyticsId: pulumi.Input<string>;
  readonly kubernetesVersion: string;
  readonly pools: KubernetesPools;
  /** DNS name of the gateway, which is then open to the internet; without it, only the cluster's network reaches the service. */
  readonly host?: pulumi.Input<string>;
  /** Subnet of the nodes; with it the API server has only a private address. */
  readonly subnetId?: pulumi.Input<string>;
  /** Address ranges allowed to reach the API server; if empty, a public API server is open to all. */
  readonly apiRanges: readonly string[];
}

/** What scoring needs on AKS before the first release: the cluster, and trust in its service accounts. */
export class KubernetesScoring extends pulumi.ComponentResource {
  /** Base URL; without a DNS name, the gateway's URL inside the cluster. */
  readonly url: pulumi.Output<string>;
  readonly clusterId: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  /** Name of the resource group that AKS creates for the cluster's nodes. */
  readonly nodeResourceGroup: pulumi.Output<string>;
  /** Namespace of the scoring objects. */
  readonly namespace: string;

  constructor(name: string, args: KubernetesScoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesScoring", name, {}, opts);

    const { host } = args;
    this.namespace = `mlops-${args.environment}`;
    const cluster = new KubernetesCluster(
      `${name}-cluster`,
      { ...args, ingress: host === undefined ? "internal" : "external" },
      { parent: this },
    );
    this.trust(name, cluster, args);

    this.url =
      host === undefined
        ? pulumi.output(`http://${gateways.internal}.${ingressNamespace}.svc.cluster.local`)
        : pulumi.interpolate`https://${host}`;
    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    this.nodeResourceGroup = cluster.nodeResourceGroup;
    const { url, clusterId, clusterName } = this;
    this.registerOutputs({ url, clusterId, clusterName });
  }

  /** Federated credentials for the service accounts that can act as the scoring identity. */
  private trust(
    name: string,
    cluster: KubernetesCluster,
    { placement, identities, host }: KubernetesScoringArgs,
  ): void {
    const accounts = {
      scoring: `${this.namespace}:${serviceAccountName}`,
      ...(host !== undefined && { certificate: `${ingressNamespace}:${certificateName}` }),
    };
    const made: pulumi.Resource[] = [];
    for (const [role, account] of Object.entries(accounts)) {
      const trust = new managedidentity.FederatedIdentityCredential(
        `${name}-${role}-trust`,
        {
          resourceGroupName: placement.resourceGroupName,
          resourceName: identities.scoring.id.apply((id) => id.slice(id.lastIndexOf("/") + 1)),
          issuer: cluster.issuer,
          subject: `system:serviceaccount:${account}`,
          audiences: ["api://AzureADTokenExchange"],
        },
        // Azure refuses to create two credentials of one identity concurrently.
        { parent: this, dependsOn: [...made] },
      );
      made.push(trust);
    }
  }
}
