import { TrainingCluster, type TrainingClusterArgs } from "../../../../infra/components/training/compute";
import { countByType, ofType, registered } from "../../mocks";
import { identity, placement } from "../foundation/foundation-fixture";

async function cluster(change: Partial<TrainingClusterArgs> = {}) {
  const resources = await registered(
    () =>
      new TrainingCluster("cpu-cluster", {
        placement,
        workspaceName: "ws",
        identity: identity("training"),
        kind: "cpu",
        vmSize: "Standard_DS3_v2",
        priority: "low",
        minNodes: 0,
        maxNodes: 2,
        idleMinutes: 5,
        ...change,
      }),
  );
  expect(countByType(resources)).toEqual({
    "mlops:infra:TrainingCluster": 1,
    "azure-native:machinelearningservices:Compute": 1,
  });
  return ofType(resources, "machinelearningservices:Compute")[0]?.inputs;
}

describe("a training cluster", () => {
  test("releases its nodes when idle, and has size and priority in its name", async () => {
    expect(await cluster()).toEqual({
      ...placement,
      workspaceName: "ws",
      computeName: "cpu-ds3v2-low",
      identity: { type: "UserAssigned", userAssignedIdentities: ["training-id"] },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          vmSize: "Standard_DS3_v2",
          vmPriority: "LowPriority",
          osType: "Linux",
          enableNodePublicIp: true,
          remoteLoginPortPublicAccess: "Disabled",
          scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: "PT5M" },
        },
      },
    });
  });

  test("has dedicated GPUs when that is wanted", async () => {
    expect(
      await cluster({ kind: "gpu", vmSize: "Standard_NC6s_v3", priority: "dedicated", minNodes: 1 }),
    ).toMatchObject({
      computeName: "gpu-nc6sv3-ded",
      properties: {
        properties: {
          vmSize: "Standard_NC6s_v3",
          vmPriority: "Dedicated",
          scaleSettings: { minNodeCount: 1 },
        },
      },
    });
  });

  test("has no public addresses in a network of its own", async () => {
    expect(await cluster({ subnetId: "subnet-id" })).toMatchObject({
      properties: { properties: { subnet: { id: "subnet-id" }, enableNodePublicIp: false } },
    });
  });
});
