import * as pulumi from "@pulumi/pulumi";
import { attachedPool, trainingClusters } from "../../../../infra/components/training/training";
import type { Workspace } from "../../../../infra/components/training/workspace";
import { parseConfig } from "../../../../infra/config/config";
import { foundationOf, placement } from "../foundation/foundation-fixture";
import { ofType, registered } from "../../mocks";
import { qa } from "../../stacks";

class Endpoint extends pulumi.CustomResource {}

/** Names of the clusters that a configuration asks for, and what was there before the first of them. */
async function clusters(changes: Record<string, string>) {
  let made: readonly string[] = [];
  const resources = await registered(async () => {
    // It is made late: what does not wait for it comes before it.
    const late = new Promise((resolve) => setTimeout(resolve, 100));
    const endpoint = new Endpoint("test:network:Endpoint", "endpoint", { late });
    const workspace = { id: pulumi.output("ml"), name: pulumi.output("ml"), reachable: [endpoint] };
    const config = parseConfig("qa", { ...qa, ...changes });
    const all = trainingClusters(config, foundationOf({ placement }), workspace as unknown as Workspace);
    made = await Promise.all(
      all.map((cluster) => new Promise<string>((resolve) => cluster.name.apply(resolve))),
    );
  });
  const order = resources.map(({ type }) => type.split(":").pop() ?? "");
  return { made, order, computes: ofType(resources, "machinelearningservices:Compute") };
}

test.each([
  ["processors", {}, ["cpu-ds3v2-low"]],
  [
    "GPUs beside them, when a size is given",
    { "mlops:gpuVmSize": "Standard_NC6s_v3" },
    ["cpu-ds3v2-low", "gpu-nc6sv3-low"],
  ],
  ["none while they are switched off", { "mlops:compute": "false" }, []],
])("a stack has clusters of %s", async (_, changes, names) => {
  const { made, computes } = await clusters(changes);
  expect(made).toEqual(names);
  expect(computes.map(({ inputs }) => inputs.computeName as string)).toEqual(names);
});

test("nodes come after the private endpoint by which they reach the workspace", async () => {
  const { order } = await clusters({ "mlops:gpuVmSize": "Standard_NC6s_v3" });
  expect(order.indexOf("Endpoint")).toBeGreaterThanOrEqual(0);
  expect(order.indexOf("Compute")).toBeGreaterThan(order.indexOf("Endpoint"));
});

test.each([
  [{}, []],
  [
    {
      "mlops:synapsePool":
        "/subscriptions/s/resourceGroups/r/providers/Microsoft.Synapse/workspaces/w/bigDataPools/wide",
    },
    ["spark-wide"],
  ],
])("a pool is attached where the stack names one: %j", async (changes, names) => {
  const resources = await registered(() => {
    const workspace = { id: pulumi.output("ml"), name: pulumi.output("ml"), reachable: [] };
    const config = parseConfig("qa", { ...qa, ...changes });
    attachedPool(config, foundationOf({ placement }), workspace as unknown as Workspace);
  });
  const computes = ofType(resources, "machinelearningservices:Compute");
  expect(computes.map(({ inputs }) => inputs.computeName as string)).toEqual(names);
});
