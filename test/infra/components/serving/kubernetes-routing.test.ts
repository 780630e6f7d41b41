import { KubernetesRouting, routes } from "../../../../infra/components/serving/kubernetes-routing";
import type { ReleaseState, TrackRelease } from "../../../../infra/config/release";
import { trackHeader as gatewayHeader } from "../../../../deploy/laptop/routing";
import { chosenHeader } from "../../../../scoring/http/request-headers";
import { countByType, ofType, registered } from "../../mocks";

const version = (number: number): TrackRelease => ({
  model: `diabetes:${number}`,
  image: `acr.azurecr.io/scoring@sha256:${String(number).repeat(64)}`,
});
const [stable, canary] = [version(1), version(2)];

interface Rule {
  readonly name: string;
  readonly match?: {
    readonly headers: Record<string, { readonly exact?: string; readonly regex?: string }>;
  }[];
  readonly route?: { readonly destination: { readonly host: string }; readonly weight?: number }[];
  readonly directResponse?: { readonly status: number; readonly body: { readonly string: string } };
}

const rulesOf = (release: ReleaseState) => routes(release, "mlops-prod") as Rule[];

/** The destination that a request with the header gets, as the first rule that fits says. */
function chosen(release: ReleaseState, header?: string): Record<string, number> | number {
  const rule = rulesOf(release).find(({ match }) => {
    if (match === undefined) return true;
    const condition = match[0]?.headers[gatewayHeader];
    if (header === undefined || condition === undefined) return false;
    return (
      condition.exact === header || (condition.regex !== undefined && RegExp(condition.regex).test(header))
    );
  });
  if (rule?.directResponse) return rule.directResponse.status;
  const shares = (rule?.route ?? []).map(
    ({ destination, weight = 100 }) => [destination.host.split(".")[0] ?? "", weight] as const,
  );
  return Object.fromEntries(shares);
}

describe("routes", () => {
  test.each<[string, ReleaseState, string | undefined, Record<string, number> | number]>([
    ["nothing serves", { canaryPercent: 0 }, undefined, 503],
    ["nothing serves, a track is named", { canaryPercent: 0 }, "canary", 503],
    ["the first version is a canary", { canary, canaryPercent: 100 }, undefined, { canary: 100 }],
    ["there is a stable version", { stable, canaryPercent: 0 }, undefined, { stable: 100 }],
    ["a canary waits", { stable, canary, canaryPercent: 0 }, undefined, { stable: 100, canary: 0 }],
    ["a canary has a share", { stable, canary, canaryPercent: 10 }, undefined, { stable: 90, canary: 10 }],
    ["a canary has all", { stable, canary, canaryPercent: 100 }, undefined, { stable: 0, canary: 100 }],
    ["the canary is named", { stable, canary, canaryPercent: 0 }, "canary", { canary: 100 }],
    ["the stable one is named", { stable, canary, canaryPercent: 100 }, "stable", { stable: 100 }],
    ["a track is named that is not there", { stable, canaryPercent: 0 }, "canary", 400],
    ["no track has the name", { stable, canary, canaryPercent: 50 }, "blue", 400],
    ["the name is empty", { stable, canaryPercent: 0 }, "", 400],
  ])("when %s", (_case, release, header, expected) => {
    expect(chosen(release, header)).toEqual(expected);
  });

  test("name the track in the answer, and try again only what has not reached a pod", () => {
    expect(rulesOf({ stable, canaryPercent: 0 }).at(-1)).toEqual({
      name: "weights",
      route: [
        {
          destination: { host: "stable.mlops-prod.svc.cluster.local", port: { number: 80 } },
          headers: {
            request: { remove: ["x-mlops-track", "x-mlops-shadow", "x-mlops-chosen"] },
            response: { set: { "x-mlops-track": "stable" } },
          },
          weight: 100,
        },
      ],
      retries: { attempts: 2, retryOn: "connect-failure,refused-stream" },
    });
  });

  test("tell the pods of a track that a client has named, so that its requests are no sample, and let no client say so", () => {
    const rules = routes({ stable, canary, canaryPercent: 5 }, "mlops-prod") as {
      readonly name: string;
      readonly route?: readonly { readonly headers: { readonly request: object } }[];
    }[];
    const requests = rules.flatMap(({ name, route = [] }) =>
      route.map(({ headers }) => [name, headers.request]),
    );
    const removed = { remove: ["x-mlops-track", "x-mlops-shadow", chosenHeader] };
    const told = { remove: ["x-mlops-track", "x-mlops-shadow"], set: { [chosenHeader]: "1" } };
    expect(requests).toEqual([
      ["chosen-stable", told],
      ["chosen-canary", told],
      ["weights", removed],
      ["weights", removed],
    ]);
  });

  test("say which tracks there are when another is named", () => {
    const refusal = rulesOf({ stable, canary, canaryPercent: 5 }).find(
      ({ name }) => name === "unknown-track",
    );
    expect(refusal?.directResponse?.body.string).toContain(
      "x-mlops-track names no track that serves. Allowed: 'stable' or 'canary'. Leave the header out",
    );
  });
});

describe("the gateway", () => {
  const build = (tls?: { host: string; secretName: string }) =>
    registered(() => {
      new KubernetesRouting("routing", {
        namespace: "mlops-prod",
        release: { stable, canaryPercent: 0 },
        ...(tls && { tls }),
      });
    });

  test("is Azure's inside the network, without TLS, when there is no name", async () => {
    const resources = await build();
    expect(countByType(resources)).toEqual({
      "mlops:infra:KubernetesRouting": 1,
      "kubernetes:networking.istio.io/v1:Gateway": 1,
      "kubernetes:networking.istio.io/v1:VirtualService": 1,
    });
    expect(ofType(resources, "networking.istio.io/v1:Gateway")[0]?.inputs.spec).toEqual({
      selector: { istio: "aks-istio-ingressgateway-internal" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    });
    expect(ofType(resources, "networking.istio.io/v1:VirtualService")[0]?.inputs.spec.hosts).toEqual(["*"]);
  });

  test("is Azure's on the internet, with the certificate, and leads plain HTTP to it, when there is one", async () => {
    const resources = await build({ host: "score.example.com", secretName: "certificate" });
    expect(ofType(resources, "networking.istio.io/v1:Gateway")[0]?.inputs.spec).toMatchObject({
      selector: { istio: "aks-istio-ingressgateway-external" },
      servers: [
        {
          hosts: ["score.example.com"],
          tls: { mode: "SIMPLE", credentialName: "certificate", minProtocolVersion: "TLSV1_2" },
        },
        { hosts: ["score.example.com"], tls: { httpsRedirect: true } },
      ],
    });
    expect(ofType(resources, "networking.istio.io/v1:VirtualService")[0]?.inputs.spec.hosts).toEqual([
      "score.example.com",
    ]);
  });
});
