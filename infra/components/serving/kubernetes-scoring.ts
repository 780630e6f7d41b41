import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Identity } from "../foundation/identities";
import { certificateName } from "./kubernetes-certificate";
import { KubernetesCluster, type KubernetesPools } from "./kubernetes-cluster";
import { ingressNamespace, serviceAccountName } from "./kubernetes-namespace";

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
  /** DNS name of the service; inside the network only without it. */
  readonly host?: string;
  /** Subnet of the nodes; with it the cluster's API has a private address only. */
  readonly subnetId?: pulumi.Input<string>;
  /** Address ranges that reach the cluster's API; every address where it is public and there are none. */
  readonly apiRanges: readonly string[];
}

/** What the scoring service has on AKS before there is a version to serve: the cluster, and trust in its service accounts. */
export class KubernetesScoring extends pulumi.ComponentResource {
  /** Base address: without a DNS name, that of the gateway as the cluster's own pods know it. */
  readonly url: string;
  readonly clusterId: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  /** Name of the group that AKS makes for the cluster's nodes. */
  readonly nodeResourceGroup: pulumi.Output<string>;
  /** Namespace of the objects on the cluster. */
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
        ? `http://aks-istio-ingressgateway-internal.${ingressNamespace}.svc.cluster.local`
        : `https://${host}`;
    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    this.nodeResourceGroup = cluster.nodeResourceGroup;
    const { url, clusterId, clusterName } = this;
    this.registerOutputs({ url, clusterId, clusterName });
  }

  /** The service accounts that may act as the scoring identity. */
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
        // Azure refuses two at once on one identity.
        { parent: this, dependsOn: [...made] },
      );
      made.push(trust);
    }
  }
}
