import * as pulumi from "@pulumi/pulumi";
import { KubernetesCluster } from "../../../../infra/components/serving/kubernetes-cluster";
import { openKubernetes } from "../../../../infra/components/serving/kubernetes-provider";
import { subscriptionId } from "../../mocks";

const identity = {
  id: pulumi.output("/identities/one"),
  clientId: pulumi.output("client"),
  principalId: pulumi.output("principal"),
};
const placement = { resourceGroupName: "group", location: "westeurope", tags: {} };
const pool = { vmSize: "Standard_D4ds_v5", zones: [] };
const kubeconfig = "clusters: [{ name: aks }]\nusers: [{ name: user, user: { token: secret } }]\n";

interface Seen {
  readonly calls: string[];
  readonly provider: Record<string, unknown>[];
}

/** Runs a program with a way to a cluster; the cluster is there, or is only going to be. */
async function open(answer: () => string, { preview = false, created = true } = {}): Promise<Seen> {
  const seen: Seen = { calls: [], provider: [] };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:providers:kubernetes") seen.provider.push(inputs as Record<string, unknown>);
        const unknown = created ? name : (pulumi.unknown as unknown as string);
        const outputs = { oidcIssuerProfile: { issuerURL: "https://oidc.example/" }, name: unknown };
        return {
          id: `/subscriptions/${subscriptionId}/${name}`,
          state: { ...(inputs as object), ...outputs },
        };
      },
      call: ({ token, inputs }) => {
        seen.calls.push(`${token.split(":").pop()} ${inputs.resourceGroupName}/${inputs.resourceName}`);
        return { kubeconfigs: [{ name: "user", value: Buffer.from(answer()).toString("base64") }] };
      },
    },
    "mlops",
    "prod",
    preview,
  );
  const cluster = new KubernetesCluster("aks", {
    placement,
    environment: "prod",
    tenantId: "tenant",
    identities: { cluster: identity, pull: identity },
    operators: [],
    logAnalyticsId: "/workspaces/logs",
    kubernetesVersion: "1.34",
    apiRanges: [],
    pools: { system: pool, scoring: { ...pool, minNodes: 1, maxNodes: 2 } },
    ingress: "internal",
  });
  openKubernetes("kubernetes", { cluster, placement }, {});
  await pulumi.runtime.disconnect();
  return seen;
}

// As a provider's answer comes: the text is in the details.
const refuse = (): never => {
  throw Object.assign(new Error(), { details: "AuthorizationFailed: not allowed to list credentials" });
};

describe("the way to the cluster", () => {
  test("is with the credentials of whoever runs the update", async () => {
    const { calls, provider } = await open(() => kubeconfig);
    expect(calls).toEqual(["listManagedClusterUserCredentials group/aks"]);
    expect(provider).toHaveLength(1);
    // The provider is given secrets inside its own inputs: only their marks differ.
    expect(JSON.stringify(provider[0])).toContain("token: secret");
  });

  test("is not asked for while the cluster is only planned", async () => {
    const { calls } = await open(() => kubeconfig, { preview: true, created: false });
    expect(calls).toEqual([]);
  });

  test("is left open in the preview of one who may only read", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { calls, provider } = await open(refuse, { preview: true });
    expect(calls).toHaveLength(1);
    expect(provider).toHaveLength(1);
    expect(JSON.stringify(provider[0])).not.toContain("token");
    expect(warn.mock.calls.map(([message]) => message).join("\n")).toMatch(
      /The cluster's objects are previewed without the cluster: .*AuthorizationFailed/,
    );
    warn.mockRestore();
  });
});
