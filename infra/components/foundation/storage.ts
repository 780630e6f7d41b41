import * as security from "@pulumi/azure-native/security";
import * as azureStorage from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import { plainStem } from "../../config/auto-names";
import type { Placement } from "../../config/placement";
import { hasZones } from "../../config/regions";
import type { CustomerManagedKeys } from "./customer-managed-keys";

/** Container names by content. Pipelines and people rely on them. */
const containerNames = {
  data: "data",
  models: "models",
  predictionLog: "prediction-log",
  batch: "batch",
  deadLetter: "dead-letter",
  audit: "audit",
  history: "history",
  truth: "truth",
} as const;

export type ContainerKey = keyof typeof containerNames;

/** Days that a deleted blob can be recovered; only after them is the data really gone. */
const recoverableDays = 7;

const days = (daysAfterModificationGreaterThan: number) => ({ daysAfterModificationGreaterThan });
const age = (daysAfterCreationGreaterThan: number) => ({ daysAfterCreationGreaterThan });

/** Rules that move blobs to a cheaper tier and delete them; predictions and their inputs are deleted after `predictionLogDays`. */
export function lifecycleRules(predictionLogDays: number) {
  const cool = predictionLogDays > 30 ? { tierToCool: days(30) } : {};
  const rule = (name: string, containers: readonly ContainerKey[], actions: object) => ({
    name,
    type: "Lifecycle",
    enabled: true,
    definition: {
      filters: {
        blobTypes: ["blockBlob"],
        prefixMatch: containers.map((container) => `${containerNames[container]}/`),
      },
      actions,
    },
  });
  return [
    rule("predictions", ["predictionLog", "batch"], {
      baseBlob: { ...cool, delete: days(predictionLogDays) },
      // A deleted blob lives on as a version, whose age counts from when it was written.
      version: { delete: age(predictionLogDays) },
    }),
    // Without the requests that it is of, it can be joined with nothing.
    rule("truth", ["truth"], {
      baseBlob: { delete: days(predictionLogDays) },
      version: { delete: age(predictionLogDays) },
    }),
    rule("undelivered-events", ["deadLetter"], {
      baseBlob: { delete: days(30) },
      version: { delete: age(30) },
    }),
    rule("old-versions", ["data", "models"], { version: { tierToCool: age(30), delete: age(365) } }),
  ];
}

export interface StorageArgs {
  readonly placement: Placement;
  readonly predictionLogDays: number;
  /** Days in which nobody can change or delete an entry of the audit trail; 0 is none. */
  readonly auditDays: number;
  /** Whether it can be reached only through private endpoints. */
  readonly isPrivate: boolean;
  /** Whether it is protected from deletion. */
  readonly protect: boolean;
  /** Whether Microsoft Defender watches it. */
  readonly defender: boolean;
  readonly keys: CustomerManagedKeys | undefined;
  readonly vaultUri: pulumi.Input<string>;
}

function encryptionOf({ keys, vaultUri }: StorageArgs) {
  const services = {
    blob: { enabled: true, keyType: "Account" },
    file: { enabled: true, keyType: "Account" },
  };
  const common = { requireInfrastructureEncryption: true, services };
  if (keys === undefined) return { encryption: { ...common, keySource: "Microsoft.Storage" } };
  return {
    identity: { type: "UserAssigned", userAssignedIdentities: [keys.identity.id] },
    encryption: {
      ...common,
      keySource: "Microsoft.Keyvault",
      encryptionIdentity: { encryptionUserAssignedIdentity: keys.identity.id },
      // Without a version: storage follows the key's rotation.
      keyVaultProperties: { keyName: keys.keyName, keyVaultUri: vaultUri },
    },
  };
}

function ofEach<T>(
  containers: Readonly<Record<ContainerKey, azureStorage.BlobContainer>>,
  value: (container: azureStorage.BlobContainer) => T,
): Record<ContainerKey, T> {
  const { data, models, predictionLog, batch, deadLetter, audit, history, truth } = containers;
  return {
    data: value(data),
    models: value(models),
    predictionLog: value(predictionLog),
    batch: value(batch),
    deadLetter: value(deadLetter),
    audit: value(audit),
    history: value(history),
    truth: value(truth),
  };
}

/** The storage account, its containers and their retention. It accepts only Entra tokens, no account keys. */
export class Storage extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly blobEndpoint: pulumi.Output<string>;
  readonly containers: Readonly<Record<ContainerKey, pulumi.Output<string>>>;
  readonly containerIds: Readonly<Record<ContainerKey, pulumi.Output<string>>>;

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Storage", name, {}, opts);

    const account = this.createAccount(name, args);
    this.id = account.id;
    this.name = account.name;
    this.blobEndpoint = account.primaryEndpoints.blob;
    const { resourceGroupName } = args.placement;
    const place = { resourceGroupName, accountName: account.name };
    const child = { parent: this, deletedWith: account };

    const container = (key: ContainerKey) =>
      new azureStorage.BlobContainer(
        `${name}-${containerNames[key]}`,
        { ...place, containerName: containerNames[key], publicAccess: "None" },
        child,
      );
    const created = {
      data: container("data"),
      models: container("models"),
      predictionLog: container("predictionLog"),
      batch: container("batch"),
      deadLetter: container("deadLetter"),
      audit: container("audit"),
      history: container("history"),
      truth: container("truth"),
    };
    this.containers = ofEach(created, (made) => made.name);
    this.containerIds = ofEach(created, (made) => made.id);
    this.keep(name, account, args);
    this.fix(name, account, { ...args, audit: created.audit });
    if (args.defender) this.watch(name, account);

    this.registerOutputs({ id: this.id, name: this.name });
  }

  /** Entries of the audit trail stay as they are. The policy is not locked: who may change the account may remove it, or lock it for good. */
  private fix(
    name: string,
    account: azureStorage.StorageAccount,
    { placement, auditDays, audit }: StorageArgs & { readonly audit: azureStorage.BlobContainer },
  ): void {
    if (auditDays === 0) return;
    new azureStorage.BlobContainerImmutabilityPolicy(
      `${name}-${containerNames.audit}-immutable`,
      {
        resourceGroupName: placement.resourceGroupName,
        accountName: account.name,
        containerName: audit.name,
        immutabilityPolicyName: "default",
        immutabilityPeriodSinceCreationInDays: auditDays,
        allowProtectedAppendWrites: false,
      },
      { parent: this, deletedWith: account },
    );
  }

  /** Alerts on access that is unusual. Uploads are not scanned for malware, which costs by the gigabyte. */
  private watch(name: string, account: azureStorage.StorageAccount): void {
    new security.DefenderForStorage(
      `${name}-defender`,
      {
        resourceId: account.id,
        settingName: "current",
        properties: {
          isEnabled: true,
          malwareScanning: { onUpload: { isEnabled: false } },
          sensitiveDataDiscovery: { isEnabled: false },
          overrideSubscriptionLevelSettings: true,
        },
      },
      { parent: this, deletedWith: account },
    );
  }

  /** Recovery of deleted blobs, and lifecycle rules. */
  private keep(name: string, account: azureStorage.StorageAccount, args: StorageArgs): void {
    const { resourceGroupName } = args.placement;
    const place = { resourceGroupName, accountName: account.name };
    const child = { parent: this, deletedWith: account };
    const blobService = new azureStorage.BlobServiceProperties(
      `${name}-blobs`,
      {
        ...place,
        blobServicesName: "default",
        isVersioningEnabled: true,
        deleteRetentionPolicy: { enabled: true, days: recoverableDays },
        containerDeleteRetentionPolicy: { enabled: true, days: recoverableDays },
      },
      child,
    );
    new azureStorage.ManagementPolicy(
      `${name}-lifecycle`,
      {
        ...place,
        managementPolicyName: "default",
        policy: { rules: lifecycleRules(args.predictionLogDays) },
      },
      // Rules on versions are refused while versioning is off.
      { ...child, dependsOn: blobService },
    );
  }

  private createAccount(name: string, args: StorageArgs): azureStorage.StorageAccount {
    const { placement, isPrivate, keys, protect } = args;
    return new azureStorage.StorageAccount(
      plainStem(name),
      {
        ...placement,
        kind: "StorageV2",
        sku: { name: hasZones(placement.location) ? "Standard_ZRS" : "Standard_LRS" },
        allowBlobPublicAccess: false,
        allowSharedKeyAccess: false,
        allowCrossTenantReplication: false,
        defaultToOAuthAuthentication: true,
        enableHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_2",
        publicNetworkAccess: isPrivate ? "Disabled" : "Enabled",
        // Event Grid and Azure Machine Learning connect from outside the network, as trusted Azure services.
        networkRuleSet: { bypass: "AzureServices", defaultAction: isPrivate ? "Deny" : "Allow" },
        ...encryptionOf(args),
      },
      { parent: this, protect, ...(keys && { dependsOn: keys.ready }) },
    );
  }
}
