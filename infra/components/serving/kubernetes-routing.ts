import * as apiextensions from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import { commonLabels } from "./kubernetes-namespace";

type Track = "stable" | "canary";

export interface KubernetesRoutingArgs {
  readonly namespace: string;
  readonly release: ReleaseState;
  /** Name that the gateway answers to, and the Secret with its certificate; plain HTTP inside the network without it. */
  readonly tls?: { readonly host: string; readonly secretName: string };
}

/** The header by which a client chooses a track, and by which the answer names it: that of the gateway on a laptop. */
const trackHeader = "x-mlops-track";
/** The header by which the gateway of a laptop marks copies of requests; here there are none. */
const shadowHeader = "x-mlops-shadow";

const api = { apiVersion: "networking.istio.io/v1" };
const gatewayName = "scoring";

/**
 * Which requests reach which version. The Istio add-on of AKS comes with these kinds of objects; those of Kubernetes'
 * Gateway API are not on a cluster until it is asked for them, by a version of Azure's API newer than this program's.
 */
export class KubernetesRouting extends pulumi.ComponentResource {
  /** Id of what routes the requests: known when the release that was asked for serves. */
  readonly routeId: pulumi.Output<string>;

  constructor(name: string, args: KubernetesRoutingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesRouting", name, {}, opts);

    const metadata = { name: gatewayName, namespace: args.namespace, labels: commonLabels };
    const gateway = new apiextensions.CustomResource(
      `${name}-gateway`,
      { ...api, kind: "Gateway", metadata, spec: gatewaySpec(args) },
      { parent: this },
    );

    // The one object that a change of the canary's weight changes.
    const route = new apiextensions.CustomResource(
      name,
      {
        ...api,
        kind: "VirtualService",
        metadata,
        spec: {
          hosts: [args.tls?.host ?? "*"],
          gateways: [gatewayName],
          http: routes(args.release, args.namespace),
        },
      },
      { parent: this, dependsOn: [gateway] },
    );

    this.routeId = route.id;
    this.registerOutputs({ routeId: this.routeId });
  }
}

function gatewaySpec({ tls }: KubernetesRoutingArgs) {
  const http = { number: 80, name: "http", protocol: "HTTP" };
  if (tls === undefined) {
    return {
      selector: { istio: "aks-istio-ingressgateway-internal" },
      servers: [{ port: http, hosts: ["*"] }],
    };
  }
  const hosts = [tls.host];
  return {
    selector: { istio: "aks-istio-ingressgateway-external" },
    servers: [
      {
        port: { number: 443, name: "https", protocol: "HTTPS" },
        hosts,
        tls: { mode: "SIMPLE", credentialName: tls.secretName, minProtocolVersion: "TLSV1_2" },
      },
      { port: http, hosts, tls: { httpsRedirect: true } },
    ],
  };
}

/** The rules of the gateway, first match first: the track that a client names, then the weights. */
export function routes({ stable, canary, canaryPercent }: ReleaseState, namespace: string): object[] {
  const tracks = (["stable", "canary"] as const).filter((track) => ({ stable, canary })[track] !== undefined);
  if (tracks.length === 0)
    return [refusal("nothing-serves", 503, "Nothing is deployed. Deploy a version first.")];
  const weights = { stable: 100 - canaryPercent, canary: canaryPercent };
  const unknown = `There is ${tracks.map((track) => `'${track}'`).join(" and ")}. Leave ${trackHeader} out to let the gateway choose.`;
  return [
    ...tracks.map((track) => ({
      name: `chosen-${track}`,
      match: [{ headers: { [trackHeader]: { exact: track } } }],
      route: [destination(track, namespace)],
      retries,
    })),
    // A client that names a track means that one: another's answer would be taken for it.
    { ...refusal("unknown-track", 400, unknown), match: [{ headers: { [trackHeader]: { regex: ".*" } } }] },
    {
      name: "weights",
      route: tracks.map((track) => ({
        ...destination(track, namespace),
        weight: tracks.length === 1 ? 100 : weights[track],
      })),
      retries,
    },
  ];
}

/** Of what has not reached a pod: nothing is scored twice. */
const retries = { attempts: 2, retryOn: "connect-failure,refused-stream" };

const destination = (track: Track, namespace: string) => ({
  destination: { host: `${track}.${namespace}.svc.cluster.local`, port: { number: 80 } },
  headers: {
    // What a request is to us, nobody outside says: a copy would be left out of the prediction log.
    request: { remove: [trackHeader, shadowHeader] },
    response: { set: { [trackHeader]: track } },
  },
});

const refusal = (name: string, status: number, detail: string) => ({
  name,
  directResponse: { status, body: { string: JSON.stringify({ status, detail }) } },
  headers: { response: { set: { "content-type": "application/problem+json" } } },
});
