import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { ReleaseState } from "../../config/release";
import type { Identity } from "../foundation/identities";
import { certificateName, KubernetesCertificate } from "./kubernetes-certificate";
import { KubernetesCluster, type KubernetesPools } from "./kubernetes-cluster";
import { ingressNamespace, serviceAccountName } from "./kubernetes-namespace";
import { openKubernetes } from "./kubernetes-provider";
import { KubernetesObjects, type Replicas } from "./kubernetes-objects";

export interface KubernetesScoringArgs {
  readonly placement: Placement;
  readonly environment: string;
  readonly tenantId: pulumi.Input<string>;
  readonly identities: { readonly cluster: Identity; readonly pull: Identity; readonly scoring: Identity };
  /** Object ids of the Entra groups that administer the cluster. */
  readonly operators: readonly string[];
  readonly logAnalyticsId: pulumi.Input<string>;
  readonly vault: { readonly name: pulumi.Input<string>; readonly uri: pulumi.Input<string> };
  readonly release: ReleaseState;
  /** Environment variables of the service. No keys: the service reads those from the vault. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  readonly kubernetesVersion: string;
  readonly pools: KubernetesPools;
  readonly replicas: Replicas;
  /** DNS name of the service, and the certificate for it in the vault; inside the network only without it. */
  readonly tls?: { readonly host: string; readonly certificate: string };
  /** Subnet of the nodes; with it the cluster's API has a private address only. */
  readonly subnetId?: pulumi.Input<string>;
  /** Address ranges that reach the cluster's API; every address where it is public and there are none. */
  readonly apiRanges: readonly string[];
}

/** The scoring service on AKS: a stable version and a canary beside it, with a share of the requests for each. */
export class KubernetesScoring extends pulumi.ComponentResource {
  /** Base address: without a DNS name, that of the gateway as the cluster's own pods know it. */
  readonly url: pulumi.Output<string>;
  readonly clusterId: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  /** Known when the release that was asked for serves. */
  readonly rollout: pulumi.Output<string>;
  /** Namespace of the objects on the cluster. */
  readonly namespace: string;

  constructor(name: string, args: KubernetesScoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesScoring", name, {}, opts);

    const { placement, tls } = args;
    this.namespace = `mlops-${args.environment}`;
    const cluster = new KubernetesCluster(
      `${name}-cluster`,
      { ...args, ingress: tls === undefined ? "internal" : "external" },
      { parent: this },
    );
    const trusted = this.trust(name, cluster, args);

    const provider = openKubernetes(`${name}-kubernetes`, { cluster, placement }, { parent: this });
    const dependsOn = [...cluster.pools, ...trusted];
    const scoring = args.identities.scoring;
    const certificate = this.certificate(name, args, { parent: this, provider, dependsOn });
    const objects = new KubernetesObjects(
      `${name}-objects`,
      {
        namespace: this.namespace,
        clientId: scoring.clientId,
        release: args.release,
        settings: args.settings,
        replicas: args.replicas,
        ...(tls && { tls: { host: tls.host, secretName: certificateName } }),
      },
      { parent: this, provider, dependsOn: certificate ? [...dependsOn, certificate] : dependsOn },
    );

    this.rollout = objects.routeId;
    this.url = pulumi.output(
      tls === undefined
        ? `http://aks-istio-ingressgateway-internal.${ingressNamespace}.svc.cluster.local`
        : `https://${tls.host}`,
    );
    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    const { url, clusterId, clusterName } = this;
    this.registerOutputs({ url, clusterId, clusterName });
  }

  /** The service accounts that may act as the scoring identity. */
  private trust(
    name: string,
    cluster: KubernetesCluster,
    { placement, identities, tls }: KubernetesScoringArgs,
  ): pulumi.Resource[] {
    const accounts = {
      scoring: `${this.namespace}:${serviceAccountName}`,
      ...(tls && { certificate: `${ingressNamespace}:${certificateName}` }),
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
    return made;
  }

  private certificate(
    name: string,
    { tenantId, vault, tls, release, identities }: KubernetesScoringArgs,
    opts: pulumi.ComponentResourceOptions,
  ): KubernetesCertificate | undefined {
    // The pod that holds the certificate runs an image that serves anyway: there is none before the first release.
    const image = (release.stable ?? release.canary)?.image;
    if (tls === undefined || image === undefined) return undefined;
    const args = { tenantId, vaultName: vault.name, certificate: tls.certificate };
    return new KubernetesCertificate(
      `${name}-certificate`,
      { ...args, identity: identities.scoring, image },
      opts,
    );
  }
}
