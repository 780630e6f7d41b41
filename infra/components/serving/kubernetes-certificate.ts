import * as apiextensions from "@pulumi/kubernetes/apiextensions";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { ingressNamespace } from "./kubernetes-namespace";
import { containerSecurity, patience, podSecurity } from "./kubernetes-track";

export interface KubernetesCertificateArgs {
  readonly tenantId: pulumi.Input<string>;
  readonly vaultName: pulumi.Input<string>;
  /** Name of the certificate in the vault. */
  readonly certificate: string;
  /** Identity that can read the vault's secrets, which include the certificate's private key. */
  readonly identity: { readonly clientId: pulumi.Input<string> };
  /** Any image with Node.js. The serving image is used, so that no further image has to be trusted. */
  readonly image: string;
}

/** Name of the service account and all other objects, including the Secret that the gateway reads. */
export const certificateName = "scoring-certificate";

const labels = { "app.kubernetes.io/name": certificateName, "app.kubernetes.io/part-of": "mlops" };

/** Idles until it is stopped. As the container's first process, it must handle SIGTERM itself. */
const idle = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => undefined, 2 ** 30);";

/**
 * Syncs the vault's certificate to the Secret that the gateway reads, including renewals. The CSI driver keeps the Secret
 * only while a pod in the namespace mounts the certificate. The gateway pods are Azure's, so pods of ours mount it.
 */
export class KubernetesCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: KubernetesCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesCertificate", name, {}, opts);

    const metadata = { name: certificateName, namespace: ingressNamespace, labels };
    const own = { parent: this };
    const podSelector = { matchLabels: labels };

    const annotations = { "azure.workload.identity/client-id": args.identity.clientId };
    const account = new core.ServiceAccount(
      `${name}-account`,
      { metadata: { ...metadata, annotations }, automountServiceAccountToken: false },
      own,
    );

    const source = new apiextensions.CustomResource(
      `${name}-source`,
      {
        apiVersion: "secrets-store.csi.x-k8s.io/v1",
        kind: "SecretProviderClass",
        metadata,
        spec: secretSource(args),
      },
      own,
    );

    // The driver calls the vault; the pod needs no network.
    const closed = new networking.NetworkPolicy(
      `${name}-closed`,
      { metadata, spec: { podSelector, policyTypes: ["Ingress", "Egress"] } },
      own,
    );

    new policy.PodDisruptionBudget(
      `${name}-budget`,
      { metadata, spec: { selector: podSelector, maxUnavailable: 1 } },
      own,
    );

    new apps.Deployment(
      name,
      {
        metadata: { ...metadata, annotations: patience },
        spec: holders(args.image),
      },
      { parent: this, dependsOn: [account, source, closed] },
    );

    this.registerOutputs();
  }
}

function secretSource({ identity, tenantId, vaultName, certificate }: KubernetesCertificateArgs) {
  // As a vault secret, a certificate is one PEM text with key and chain; the driver splits it into both parts.
  const objects = `array:\n  - |\n    objectName: ${certificate}\n    objectType: secret\n`;
  const data = ["tls.key", "tls.crt"].map((key) => ({ key, objectName: certificate }));
  return {
    provider: "azure",
    parameters: { clientID: identity.clientId, tenantId, keyvaultName: vaultName, objects },
    secretObjects: [{ secretName: certificateName, type: "kubernetes.io/tls", data }],
  };
}

function holders(image: string) {
  const metadata = { labels: { ...labels, "azure.workload.identity/use": "true" } };
  return {
    replicas: 2,
    selector: { matchLabels: labels },
    template: { metadata, spec: holder(image) },
  };
}

function holder(image: string) {
  const size = { cpu: "10m", memory: "64Mi" };
  const alive = { exec: { command: ["node", "--version"] }, periodSeconds: 60, timeoutSeconds: 10 };
  const mounted = {
    exec: { command: ["node", "-e", "require('fs').accessSync('/certificate')"] },
    periodSeconds: 60,
    timeoutSeconds: 10,
  };
  return {
    serviceAccountName: certificateName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    securityContext: podSecurity,
    topologySpreadConstraints: [
      {
        topologyKey: "kubernetes.io/hostname",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "app.kubernetes.io/name": certificateName } },
      },
    ],
    containers: [
      {
        name: "holder",
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["node", "-e", idle],
        resources: { requests: size, limits: { ...size, cpu: "100m" } },
        livenessProbe: alive,
        readinessProbe: mounted,
        securityContext: containerSecurity,
        volumeMounts: [{ name: "certificate", mountPath: "/certificate", readOnly: true }],
      },
    ],
    volumes: [
      {
        name: "certificate",
        csi: {
          driver: "secrets-store.csi.k8s.io",
          readOnly: true,
          volumeAttributes: { secretProviderClass: certificateName },
        },
      },
    ],
  };
}
