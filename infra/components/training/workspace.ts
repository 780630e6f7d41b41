import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import { contentDigest, folderUri } from "./training-specs";
import { assetVersion } from "../foundation/asset-version";
import type { Encryption, Foundation } from "../foundation/foundation";

export interface WorkspaceArgs {
  readonly placement: Placement;
  readonly foundation: Pick<
    Foundation,
    "storage" | "containers" | "vault" | "registry" | "insights" | "identities" | "network"
  >;
  /** Whether the workspace can be reached from the internet. */
  readonly publicNetwork: boolean;
  /** Image of the training steps, by digest. */
  readonly trainingImage: pulumi.Input<string>;
  /** Name of the model, and of its data folder. */
  readonly model: string;
  /** Customer-managed key for the workspace's data. */
  readonly encryption?: Encryption | undefined;
}

/** Containers by datastore name, which can have only letters, digits and underscores. */
const datastores = {
  mlops_data: "data",
  mlops_models: "models",
  mlops_prediction_log: "predictionLog",
  mlops_batch: "batch",
} as const;

const dataDatastore = "mlops_data";
const environmentName = "mlops-training";

/** Versions are immutable, cost nothing, and trained models refer to them; they are deleted with the workspace. */
const kept = { retainOnDelete: true } as const;

/** The Azure Machine Learning workspace, with credential-free datastores, the training environment and the model's data. */
export class Workspace extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** MLflow tracking URI of the workspace, `azureml://...`. */
  readonly trackingUri: pulumi.Output<string>;
  readonly environmentId: pulumi.Output<string>;
  readonly dataAssetId: pulumi.Output<string>;
  /** URI of the model's data folder, for jobs and endpoints. */
  readonly dataUri: pulumi.Output<string>;
  /** For `dependsOn` of training clusters: in a private network, nodes reach the workspace only through its private endpoint. */
  readonly reachable: readonly pulumi.Resource[];
  private readonly resourceGroupName: pulumi.Input<string>;

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Workspace", name, {}, opts);

    this.resourceGroupName = args.placement.resourceGroupName;
    const workspace = this.createWorkspace(name, args);
    this.id = workspace.id;
    this.name = workspace.name;
    this.trackingUri = workspace.mlFlowTrackingUri;
    const target = { id: workspace.id, group: "amlworkspace" } as const;
    const endpoint = args.foundation.network?.connect(`${name}-endpoint`, target, this);
    this.reachable = endpoint === undefined ? [] : [endpoint];

    const data = this.createDatastores(name, args.foundation);
    this.environmentId = this.createEnvironment(name, args.trainingImage);
    // Depends on the datastore's id, so that users of the folder are created after the datastore.
    this.dataUri = pulumi
      .all([this.id, data.id])
      .apply(([workspaceId]) => folderUri(workspaceId, dataDatastore, args.model));
    this.dataAssetId = this.createDataAsset(name, args.model);

    this.registerOutputs({ id: this.id, name: this.name });
  }

  private createWorkspace(name: string, args: WorkspaceArgs): ml.Workspace {
    const { storage, vault, registry, insights, identities } = args.foundation;
    const { encryption } = args;
    const identity = identities.workspace.id;
    return new ml.Workspace(
      name,
      {
        ...args.placement,
        kind: "Default",
        sku: { name: "Basic", tier: "Basic" },
        // Without a system-assigned identity a workspace is deleted at once, and does not block its name.
        identity: {
          type: "UserAssigned",
          userAssignedIdentities: [identity, ...(encryption === undefined ? [] : [encryption.identity.id])],
        },
        primaryUserAssignedIdentity: identity,
        storageAccount: storage.id,
        keyVault: vault.id,
        containerRegistry: registry.id,
        applicationInsights: insights.id,
        systemDatastoresAuthMode: "Identity",
        publicNetworkAccess: args.publicNetwork ? "Enabled" : "Disabled",
        managedNetwork: { isolationMode: "Disabled" },
        v1LegacyMode: false,
        hbiWorkspace: false,
        ...(encryption !== undefined && {
          encryption: {
            status: "Enabled",
            identity: { userAssignedIdentity: encryption.identity.id },
            keyVaultProperties: { keyIdentifier: encryption.keyUri, keyVaultArmId: encryption.vaultId },
          },
        }),
      },
      { parent: this },
    );
  }

  /** Creates one datastore for each container; returns the one of the data. */
  private createDatastores(name: string, { storage, containers }: WorkspaceArgs["foundation"]): ml.Datastore {
    const create = (datastore: keyof typeof datastores): ml.Datastore =>
      new ml.Datastore(
        `${name}-${datastore.replaceAll("_", "-").replace("mlops-", "")}`,
        {
          resourceGroupName: this.resourceGroupName,
          workspaceName: this.name,
          name: datastore,
          // Azure cannot validate a container behind a private endpoint when the datastore is created.
          skipValidation: true,
          properties: {
            datastoreType: "AzureBlob",
            accountName: storage.name,
            containerName: containers[datastores[datastore]],
            endpoint: "core.windows.net",
            protocol: "https",
            credentials: { credentialsType: "None" },
            serviceDataAccessAuthIdentity: "WorkspaceUserAssignedIdentity",
          },
        },
        { parent: this },
      );
    const data = create(dataDatastore);
    for (const other of ["mlops_models", "mlops_prediction_log", "mlops_batch"] as const) create(other);
    return data;
  }

  private createEnvironment(name: string, image: pulumi.Input<string>): pulumi.Output<string> {
    // From the image's digest alone: the registry's name differs between environments, the image does not.
    const digest = pulumi.output(image).apply((reference) => contentDigest(reference.replace(/^.*@/, "")));
    const { id } = new ml.EnvironmentVersion(
      `${name}-environment`,
      {
        resourceGroupName: this.resourceGroupName,
        workspaceName: this.name,
        name: environmentName,
        version: assetVersion(`${name}-environment`, digest, this),
        properties: { image, osType: "Linux" },
      },
      { parent: this, ...kept },
    );
    return id;
  }

  private createDataAsset(name: string, model: string): pulumi.Output<string> {
    const digest = contentDigest([dataDatastore, model]);
    const { id } = new ml.DataVersion(
      `${name}-data-asset`,
      {
        resourceGroupName: this.resourceGroupName,
        workspaceName: this.name,
        name: `${model}-data`,
        version: assetVersion(`${name}-data-asset`, digest, this),
        properties: {
          dataType: "uri_folder",
          dataUri: this.dataUri,
          description: `Data that ${model} is trained on`,
        },
      },
      { parent: this, ...kept },
    );
    return id;
  }
}
