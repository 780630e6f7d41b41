import * as apiextensions from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import type { ReleaseState } from "../../config/release";
import { commonLabels, gateways } from "./kubernetes-namespace";

type Track = "stable" | "canary";

export interface KubernetesRoutingArgs {
  readonly namespace: string;
  readonly release: ReleaseState;
  /** Host name of the gateway, and the Secret with its certificate; undefined serves plain HTTP inside the network. */
  readonly tls?: { readonly host: string; readonly secretName: string };
}

/** Request header that chooses a track, and response header that names it; the local gateway uses the same header. */
const trackHeader = "x-mlops-track";
/** The header with which the local gateway marks shadow copies of requests; this gateway makes no copies. */
const shadowHeader = "x-mlops-shadow";

/** Tells the pods that a client has chosen the track: such a request says nothing of how the track does among all. */
const chosenHeader = "x-mlops-chosen";

const api = { apiVersion: "networking.istio.io/v1" };
const gatewayName = "scoring";

/**
 * Routes requests to versions. The AKS Istio add-on includes these resource types; Kubernetes' Gateway API has to be
 * enabled on a cluster first, which needs a newer Azure API version than this program uses.
 */
export class KubernetesRouting extends pulumi.ComponentResource {
  /** Id of the route; resolves once the requested release serves. */
  readonly routeId: pulumi.Output<string>;

  constructor(name: string, args: KubernetesRoutingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:KubernetesRouting", name, {}, opts);

    const metadata = { name: gatewayName, namespace: args.namespace, labels: commonLabels };
    const gateway = new apiextensions.CustomResource(
      `${name}-gateway`,
      { ...api, kind: "Gateway", metadata, spec: gatewaySpec(args) },
      { parent: this },
    );

    // A change of the canary's weight changes only this object.
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
      selector: { istio: gateways.internal },
      servers: [{ port: http, hosts: ["*"] }],
    };
  }
  const hosts = [tls.host];
  return {
    selector: { istio: gateways.external },
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

/** The gateway's rules; the first match applies: a track named by the client, then the weights. */
export function routes({ stable, canary, canaryPercent }: ReleaseState, namespace: string): object[] {
  const tracks = (["stable", "canary"] as const).filter((track) => ({ stable, canary })[track] !== undefined);
  if (tracks.length === 0)
    return [refusal("nothing-serves", 503, "Nothing is deployed. Deploy a version first.")];
  const weights = { stable: 100 - canaryPercent, canary: canaryPercent };
  const unknown = `${trackHeader} names no track that serves. Allowed: ${tracks.map((track) => `'${track}'`).join(" or ")}. Leave the header out to let the gateway choose.`;
  return [
    ...tracks.map((track) => ({
      name: `chosen-${track}`,
      match: [{ headers: { [trackHeader]: { exact: track } } }],
      route: [chosen(destination(track, namespace))],
      retries,
    })),
    // A client that names an unknown track must not get another track's response, which it would mistake for the named one.
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

/** Retries only requests that have not reached a pod, so that nothing is scored twice. */
const retries = { attempts: 2, retryOn: "connect-failure,refused-stream" };

const destination = (track: Track, namespace: string) => ({
  destination: { host: `${track}.${namespace}.svc.cluster.local`, port: { number: 80 } },
  headers: {
    // Clients must not set internal headers: a request marked as a copy would be left out of the prediction log.
    request: { remove: [trackHeader, shadowHeader, chosenHeader] },
    response: { set: { [trackHeader]: track } },
  },
});

/** The same destination, which is told that a client has chosen it. */
const chosen = ({ destination: to, headers }: ReturnType<typeof destination>) => ({
  destination: to,
  headers: {
    ...headers,
    request: { remove: [trackHeader, shadowHeader], set: { [chosenHeader]: "1" } },
  },
});

const refusal = (name: string, status: number, detail: string) => ({
  name,
  directResponse: { status, body: { string: JSON.stringify({ status, detail }) } },
  headers: { response: { set: { "content-type": "application/problem+json" } } },
});
