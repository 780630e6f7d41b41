import { SparkPool } from "../../../../infra/components/training/spark-pool";
import { countByType, ofType, registered } from "../../mocks";
import { identity, placement } from "../foundation/foundation-fixture";

const synapse = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Synapse/workspaces/w/bigDataPools";

async function attached(pool: string) {
  const resources = await registered(
    () =>
      new SparkPool("spark-pool", {
        placement,
        workspaceName: "ws",
        identity: identity("training"),
        poolId: `${synapse}/${pool}`,
      }),
  );
  expect(countByType(resources)).toEqual({
    "mlops:infra:SparkPool": 1,
    "azure-native:machinelearningservices:Compute": 1,
  });
  return ofType(resources, "machinelearningservices:Compute")[0]?.inputs;
}

test("a pool is attached by the identity of jobs, without a key", async () => {
  expect(await attached("wide")).toEqual({
    ...placement,
    workspaceName: "ws",
    computeName: "spark-wide",
    identity: { type: "UserAssigned", userAssignedIdentities: ["training-id"] },
    properties: { computeType: "SynapseSpark", disableLocalAuth: true, resourceId: `${synapse}/wide` },
  });
});

test.each([
  ["Pool_One", "spark-poolone"],
  ["averylongpoolnamethatgoeson", "spark-averylongpoolnamet"],
])("%s has a name that the workspace takes", async (pool, name) => {
  expect(await attached(pool)).toMatchObject({ computeName: name });
});
