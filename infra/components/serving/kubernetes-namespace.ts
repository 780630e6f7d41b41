import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";

/** Port that the scoring service listens on. */
export const servicePort = 8080;
/** Port of the health probes, reachable only from the pod's node. */
export const healthPort = 8081;
/** Namespace of the gateways of the AKS Istio add-on. */
export const ingressNamespace = "aks-istio-ingress";
/** Names of those gateways' Services, which are also the value of their label `istio`. */
export const gateways = {
  internal: "aks-istio-ingressgateway-internal",
  external: "aks-istio-ingressgateway-external",
} as const;
/** Labels of every object; they select the pods of both tracks. */
export const commonLabels = { "app.kubernetes.io/name": "scoring", "app.kubernetes.io/part-of": "mlops" };
export const serviceAccountName = "scoring";

export interface KubernetesNamespaceArgs {
  readonly namespace: string;
  /** Client id of the identity that the pods act as. */
  readonly clientId: pulumi.Input<string>;
}

const inNamespace = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

/** Pod Security Admission at level `restricted`: pods with more privileges are rejected, whoever creates them. */
const restricted = Object.fromEntries(
  ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
);

/** The scoring namespace: pod security, the service account with its Azure identity, and network policies. */
export class KubernetesNamespace extends pulumi.ComponentResource {
  /** For `dependsOn` of pods. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: KubernetesNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesNamespace", name, {}, opts);

    const labels = commonLabels;
    const namespace = new core.Namespace(
      name,
      { metadata: { name: args.namespace, labels: { ...labels, ...restricted } } },
      { parent: this },
    );
    const within = { parent: this, dependsOn: [namespace] };

    const account = new core.ServiceAccount(
      `${name}-account`,
      {
        metadata: {
          name: serviceAccountName,
          namespace: args.namespace,
          labels,
          annotations: { "azure.workload.identity/client-id": args.clientId },
        },
        // This token is for the cluster's API, which nothing here calls; the one for Entra ID is separate.
        automountServiceAccountToken: false,
      },
      within,
    );

    const closed = new networking.NetworkPolicy(
      `${name}-closed`,
      {
        metadata: { name: "closed", namespace: args.namespace, labels },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      within,
    );

    const open = new networking.NetworkPolicy(
      `${name}-open`,
      {
        metadata: { name: "scoring", namespace: args.namespace, labels },
        spec: openings(),
      },
      within,
    );

    this.ready = [namespace, account, closed, open];
    this.registerOutputs();
  }
}

/** Ingress from the gateway, and from Azure Monitor, which scrapes metrics. Egress to DNS and, over HTTPS, to Azure. */
function openings() {
  const metrics = { ...inNamespace("kube-system"), podSelector: { matchLabels: { rsName: "ama-metrics" } } };
  const names = { ...inNamespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } };
  return {
    podSelector: { matchLabels: { "app.kubernetes.io/name": commonLabels["app.kubernetes.io/name"] } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      { from: [inNamespace(ingressNamespace), metrics], ports: [{ port: servicePort, protocol: "TCP" }] },
    ],
    egress: [
      { to: [names], ports: ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol })) },
      { ports: [{ port: 443, protocol: "TCP" }] },
    ],
  };
}
