import * as pulumi from "@pulumi/pulumi";
import { openKubernetes } from "../../../../infra/components/serving/kubernetes-provider";
import { subscriptionId } from "../../mocks";

const kubeconfig = "clusters: [{ name: aks }]\nusers: [{ name: user, user: { token: secret } }]\n";

interface Seen {
  readonly calls: string[];
  readonly provider: Record<string, unknown>[];
}

/** Runs a program with a way to a cluster. */
async function open(answer: () => string, { preview = false } = {}): Promise<Seen> {
  const seen: Seen = { calls: [], provider: [] };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type === "pulumi:providers:kubernetes") seen.provider.push(inputs as Record<string, unknown>);
        return {
          id: `/subscriptions/${subscriptionId}/${name}`,
          state: { ...(inputs as object) },
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
  const parent = new pulumi.ComponentResource("mlops:infra:Test", "test");
  const cluster = { id: "/clusters/aks", name: "aks" };
  openKubernetes("kubernetes", { cluster, resourceGroupName: "group" }, { parent });
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
