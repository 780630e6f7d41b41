import type { BlobServiceProperties, StorageAccountCreateParameters } from "@azure/arm-storage";
import type { VaultProperties } from "@azure/arm-keyvault";
import { hasZones } from "../../config/regions";
import type { Azure } from "../clients/azure-clients";
import { explained, orAbsent } from "../clients/explain-error";
import { notifySecret, stateNames, type Target } from "../names";
import { stateOf, type Step } from "./step";

/** What a step works with: clients, target and tenant. */
export interface StateScope {
  readonly azure: Azure;
  readonly target: Target;
  readonly tenantId: string;
  /** Webhook that notifies approvers; undefined if there is none. */
  readonly notifyWebhook: string | undefined;
  /** Polling interval of long-running operations. */
  readonly pauseMs: number;
}

const tags = { project: "mlops", purpose: "state", "managed-by": "bootstrap" };
const recoverableDays = 30;

function resourceGroup({ azure, target }: StateScope): Step {
  const { resourceGroup: name, location } = target;
  const what = `The resource group ${name}`;
  return {
    name: `resource group ${name}`,
    describe: `in ${location}, for resources that outlive every stack`,
    find: async () => stateOf({ location }, await orAbsent(what, azure.resources.resourceGroups.get(name))),
    create: async () => {
      await explained(what, azure.resources.resourceGroups.createOrUpdate(name, { location, tags }));
    },
  };
}

function storageAccount({ azure, target, pauseMs }: StateScope): Step {
  const { account } = stateNames(target);
  const what = `The storage account ${account}`;
  const properties = {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    allowCrossTenantReplication: false,
    defaultToOAuthAuthentication: true,
    minimumTlsVersion: "TLS1_2",
    enableHttpsTrafficOnly: true,
  } as const;
  const parameters: StorageAccountCreateParameters = {
    location: target.location,
    kind: "StorageV2",
    sku: { name: hasZones(target.location) ? "Standard_ZRS" : "Standard_LRS" },
    tags,
    ...properties,
  };
  return {
    name: `storage account ${account}`,
    describe: `${hasZones(target.location) ? "zone-redundant, " : ""}no shared keys, no public access`,
    find: async () =>
      stateOf(
        properties,
        await orAbsent(what, azure.storage.storageAccounts.getProperties(target.resourceGroup, account)),
      ),
    create: async () => {
      await explained(
        what,
        azure.storage.storageAccounts.create(target.resourceGroup, account, parameters, {
          updateIntervalInMs: pauseMs,
        }),
      );
    },
  };
}

function blobService({ azure, target }: StateScope): Step {
  const { account } = stateNames(target);
  const what = `The recovery of ${account}`;
  const retention = { enabled: true, days: recoverableDays };
  const wanted: BlobServiceProperties = {
    isVersioningEnabled: true,
    deleteRetentionPolicy: retention,
    containerDeleteRetentionPolicy: retention,
  };
  return {
    name: `versions and soft delete of ${account}`,
    describe: `an earlier state can be restored for ${recoverableDays} days`,
    find: async () =>
      stateOf(
        wanted,
        await orAbsent(what, azure.storage.blobServices.getServiceProperties(target.resourceGroup, account)),
      ),
    create: async () => {
      await explained(
        what,
        azure.storage.blobServices.setServiceProperties(target.resourceGroup, account, wanted),
      );
    },
  };
}

function container({ azure, target }: StateScope): Step {
  const { account, container: name } = stateNames(target);
  const what = `The container ${name} of ${account}`;
  const { blobContainers } = azure.storage;
  return {
    name: `container ${name}`,
    describe: "the state of all stacks",
    find: async () =>
      stateOf(
        { publicAccess: "None" },
        await orAbsent(what, blobContainers.get(target.resourceGroup, account, name)),
      ),
    create: async () => {
      await explained(
        what,
        blobContainers.create(target.resourceGroup, account, name, { publicAccess: "None" }),
      );
    },
  };
}

function vault({ azure, target, tenantId, pauseMs }: StateScope): Step {
  const { vault: name } = stateNames(target);
  const what = `The vault ${name}`;
  const properties: VaultProperties = {
    tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
    enableSoftDelete: true,
    softDeleteRetentionInDays: 90,
  };
  return {
    name: `key vault ${name}`,
    describe: "roles instead of access policies, protected from purging",
    find: async () =>
      stateOf({ properties }, await orAbsent(what, azure.vaults.vaults.get(target.resourceGroup, name))),
    create: async () => {
      await explained(
        what,
        azure.vaults.vaults.createOrUpdate(
          target.resourceGroup,
          name,
          {
            location: target.location,
            tags,
            properties,
          },
          { updateIntervalInMs: pauseMs },
        ),
      );
    },
  };
}

function keyOf({ azure, target }: StateScope, environment: string): Step {
  const { vault: vaultName, keyOf: nameOf } = stateNames(target);
  const name = nameOf(environment);
  const what = `The key ${name} of ${vaultName}`;
  return {
    name: `key ${name}`,
    describe: `encrypts the secrets in the state of ${environment}`,
    find: async () =>
      stateOf(
        { kty: "RSA" },
        await orAbsent(what, azure.vaults.keys.get(target.resourceGroup, vaultName, name)),
      ),
    create: async () => {
      await explained(
        what,
        azure.vaults.keys.createIfNotExist(target.resourceGroup, vaultName, name, {
          properties: { kty: "RSA", keySize: 3072, keyOps: ["encrypt", "decrypt", "wrapKey", "unwrapKey"] },
        }),
      );
    },
  };
}

function secret({ azure, target, notifyWebhook }: StateScope): Step {
  const { vault: vaultName } = stateNames(target);
  const what = `The secret ${notifySecret} of ${vaultName}`;
  const { secrets } = azure.vaults;
  return {
    name: `secret ${notifySecret}`,
    describe: "webhook for approvers: NOTIFY_WEBHOOK at creation, or none",
    find: async () =>
      stateOf({}, await orAbsent(what, secrets.get(target.resourceGroup, vaultName, notifySecret))),
    create: async () => {
      await explained(
        what,
        secrets.createOrUpdate(target.resourceGroup, vaultName, notifySecret, {
          properties: { value: notifyWebhook ?? "none" },
        }),
      );
    },
  };
}

function lock({ azure, target }: StateScope): Step {
  const { resourceGroup: group } = target;
  const wanted = { level: "CanNotDelete" } as const;
  const notes = "This group holds the state of all stacks. Remove the lock only when no stack is left.";
  const what = `The lock of ${group}`;
  return {
    name: `lock on ${group}`,
    describe: "nothing in it can be deleted",
    find: async () =>
      stateOf(
        wanted,
        await orAbsent(what, azure.locks.managementLocks.getAtResourceGroupLevel(group, "keep")),
      ),
    create: async () => {
      await explained(
        what,
        azure.locks.managementLocks.createOrUpdateAtResourceGroupLevel(group, "keep", { ...wanted, notes }),
      );
    },
  };
}

/** The store of all stacks' state, and the keys that encrypt its secrets, one for each environment. */
export function stateSteps(scope: StateScope): Step[] {
  const store = [resourceGroup, storageAccount, blobService, container, vault].map((step) => step(scope));
  const keys = scope.target.environments.map(({ name }) => keyOf(scope, name));
  return [...store, ...keys, secret(scope), lock(scope)];
}
