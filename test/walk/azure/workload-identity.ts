import { sendJson } from "../../platform/http/http-server";
import type { Call } from "./call";

interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
}

interface Pod {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly containers: readonly { readonly env?: readonly EnvironmentVariable[] }[];
    readonly volumes?: readonly object[];
  };
}

interface Review {
  readonly request: { readonly uid: string; readonly namespace: string; readonly object: Pod };
}

/** How a pod reaches Azure. */
export interface WayToAzure {
  /** Address at which all of Azure's names answer. */
  readonly address: string;
  /** PEM of the certificate that is shown there. */
  readonly certificate: string;
  readonly tenantId: string;
  /** Client id that a service account is annotated with. */
  readonly clientIdOf: (namespace: string, account: string) => Promise<string>;
  /** Names of hosts that Azure answers for. */
  readonly isAzure: (host: string) => boolean;
  /** Further variables for containers: how often telemetry is sent. */
  readonly variables: Readonly<Record<string, string>>;
}

const tokens = "/var/run/secrets/azure/tokens";
const played = "/var/run/secrets/azure/played";
const certificateNote = "walk.test/certificate";

/**
 * What a pod is given when it is made: by the webhook of Azure workload identity, as its documentation lists it (the token of
 * the service account, and four variables), and, as this cluster has no names of Azure's, the way there.
 */
async function completePod(pod: Pod, namespace: string, way: WayToAzure): Promise<object[]> {
  if (pod.metadata.labels?.["azure.workload.identity/use"] !== "true") return [];
  const clientId = await way.clientIdOf(namespace, pod.spec.serviceAccountName ?? "default");
  const variables = {
    AZURE_CLIENT_ID: clientId,
    AZURE_TENANT_ID: way.tenantId,
    AZURE_FEDERATED_TOKEN_FILE: `${tokens}/azure-identity-token`,
    AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/",
    NODE_EXTRA_CA_CERTS: `${played}/certificate.pem`,
    ...way.variables,
  };
  const hosts = new Set(["login.microsoftonline.com"]);
  const containers = pod.spec.containers.map((container) => {
    const env = container.env ?? [];
    for (const { value = "" } of env)
      for (const [, host = ""] of value.matchAll(/https:\/\/([\w.-]+)/g))
        if (way.isAzure(host)) hosts.add(host);
    const { volumeMounts = [] } = container as { volumeMounts?: readonly object[] };
    return {
      ...container,
      env: [...env, ...Object.entries(variables).map(([name, value]) => ({ name, value }))],
      volumeMounts: [
        ...volumeMounts,
        { name: "azure-identity-token", mountPath: tokens, readOnly: true },
        { name: "played-azure", mountPath: played, readOnly: true },
      ],
    };
  });
  const token = {
    path: "azure-identity-token",
    audience: "api://AzureADTokenExchange",
    expirationSeconds: 3600,
  };
  const note = {
    path: "certificate.pem",
    fieldRef: { fieldPath: `metadata.annotations['${certificateNote}']` },
  };
  const volumes = [
    ...(pod.spec.volumes ?? []),
    { name: "azure-identity-token", projected: { sources: [{ serviceAccountToken: token }] } },
    { name: "played-azure", downwardAPI: { items: [note] } },
  ];
  const annotations = { ...pod.metadata.annotations, [certificateNote]: way.certificate };
  return [
    { op: "add", path: "/metadata/annotations", value: annotations },
    { op: "replace", path: "/spec/containers", value: containers },
    { op: "add", path: "/spec/volumes", value: volumes },
    { op: "add", path: "/spec/hostAliases", value: [{ ip: way.address, hostnames: [...hosts] }] },
  ];
}

/** Answers a call of the API server. */
export async function answerReview({ body, response }: Call, way: WayToAzure): Promise<void> {
  const { request } = JSON.parse(body) as Review;
  const patch = await completePod(request.object, request.namespace, way);
  const patched = { patchType: "JSONPatch", patch: Buffer.from(JSON.stringify(patch)).toString("base64") };
  sendJson(response, 200, {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: { uid: request.uid, allowed: true, ...(patch.length > 0 && patched) },
  });
}

/** The object by which the API server knows the webhook. */
export const webhookObject = (name: string, url: string, certificate: string) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name },
  webhooks: [
    {
      name: "mutation.azure-workload-identity.io",
      clientConfig: { url, caBundle: Buffer.from(certificate).toString("base64") },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      objectSelector: { matchLabels: { "azure.workload.identity/use": "true" } },
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      timeoutSeconds: 10,
    },
  ],
});
