import * as pulumi from "@pulumi/pulumi";
import { Workspace } from "../../../../infra/components/training/workspace";
import { contentDigest } from "../../../../infra/components/training/training-specs";
import { countByType, ofType, registered, valueOf, type Registered } from "../../mocks";
import { foundationOf, identity, keptTypes, placement } from "../foundation/foundation-fixture";

const image = `registry/mlops-training@sha256:${"b".repeat(64)}`;
const publicArgs = {
  placement,
  foundation: foundationOf(),
  publicNetwork: true,
  trainingImage: image,
  model: "diabetes",
};
const only = (resources: readonly Registered[], type: string) => {
  expect(ofType(resources, type)).toHaveLength(1);
  return ofType(resources, type)[0]?.inputs;
};

describe("the workspace", () => {
  test("has four datastores, the training environment and the model's data", async () => {
    const resources = await registered(() => new Workspace("workspace", publicArgs));
    expect(countByType(resources)).toEqual({
      "mlops:infra:Workspace": 1,
      "azure-native:machinelearningservices:Workspace": 1,
      "azure-native:machinelearningservices:Datastore": 4,
      "azure-native:machinelearningservices:EnvironmentVersion": 1,
      "azure-native:machinelearningservices:DataVersion": 1,
      "random:index/randomId:RandomId": 2,
    });
    expect(only(resources, "machinelearningservices:Workspace")).toMatchObject({
      location: "westeurope",
      tags: placement.tags,
      kind: "Default",
      identity: { type: "UserAssigned", userAssignedIdentities: ["workspace-id"] },
      primaryUserAssignedIdentity: "workspace-id",
      storageAccount: "storage-id",
      keyVault: "vault-id",
      containerRegistry: "registry-id",
      applicationInsights: "insights-id",
      systemDatastoresAuthMode: "Identity",
      publicNetworkAccess: "Enabled",
    });
    expect(only(resources, "machinelearningservices:Workspace")?.encryption).toBeUndefined();
  });

  test("reaches containers by its identity, never by a key", async () => {
    const resources = await registered(() => new Workspace("workspace", publicArgs));
    const datastores = ofType(resources, "machinelearningservices:Datastore").map(({ inputs }) => inputs);
    expect(
      Object.fromEntries(datastores.map(({ name, properties }) => [name, properties.containerName])),
    ).toEqual({
      mlops_data: "data",
      mlops_models: "models",
      mlops_prediction_log: "predictionLog",
      mlops_batch: "batch",
    });
    for (const { properties } of datastores) {
      expect(properties).toMatchObject({
        datastoreType: "AzureBlob",
        accountName: "storage",
        credentials: { credentialsType: "None" },
        serviceDataAccessAuthIdentity: "WorkspaceUserAssignedIdentity",
      });
    }
  });

  test("has the environment of an image by its digest, the same from every registry", async () => {
    const elsewhere = image.replace("registry/", "other.azurecr.io/");
    for (const trainingImage of [image, elsewhere]) {
      const resources = await registered(() => new Workspace("workspace", { ...publicArgs, trainingImage }));
      expect(only(resources, "machinelearningservices:EnvironmentVersion")).toMatchObject({
        name: "mlops-training",
        version: `${contentDigest(`sha256:${"b".repeat(64)}`)}-0a1b`,
        properties: { image: trainingImage, osType: "Linux" },
      });
    }
  });

  test("keeps versions when others take their place", async () => {
    const kept = await keptTypes((opts) => new Workspace("workspace", publicArgs, opts));
    expect(kept).toEqual(["DataVersion", "EnvironmentVersion"]);
  });

  test("says where the model's data is", async () => {
    let uri = "";
    const resources = await registered(async () => {
      uri = await valueOf(new Workspace("workspace", publicArgs).dataUri);
    });
    expect(uri).toMatch(/^azureml:\/\/subscriptions\/.*\/datastores\/mlops_data\/paths\/diabetes\/$/);
    expect(only(resources, "machinelearningservices:DataVersion")).toMatchObject({
      name: "diabetes-data",
      properties: { dataType: "uri_folder", dataUri: uri },
    });
  });

  test("is private, and encrypted with a key of one's own, when that is wanted", async () => {
    const connected: unknown[] = [];
    const endpoint = { what: "the endpoint's names" };
    const network = {
      connect: (...given: unknown[]) => {
        connected.push(given.slice(0, 1));
        return endpoint;
      },
    };
    let workspace: Workspace | undefined;
    const resources = await registered(
      () =>
        (workspace = new Workspace("workspace", {
          ...publicArgs,
          foundation: foundationOf({ network: network as never }),
          publicNetwork: false,
          encryption: {
            keyUri: pulumi.output("https://vault/keys/key/1"),
            vaultId: pulumi.output("vault-id"),
            identity: identity("encryption"),
          },
        })),
    );
    expect(workspace?.reachable).toEqual([endpoint]);
    expect(connected).toEqual([["workspace-endpoint"]]);
    expect(only(resources, "machinelearningservices:Workspace")).toMatchObject({
      publicNetworkAccess: "Disabled",
      identity: { userAssignedIdentities: ["workspace-id", "encryption-id"] },
      encryption: {
        status: "Enabled",
        identity: { userAssignedIdentity: "encryption-id" },
        keyVaultProperties: { keyIdentifier: "https://vault/keys/key/1", keyVaultArmId: "vault-id" },
      },
    });
  });
});
