import * as authorization from "@pulumi/azure-native/authorization";
import type * as pulumi from "@pulumi/pulumi";
import { Access } from "../../../../infra/components/foundation/access";
import { Foundation, type FoundationArgs } from "../../../../infra/components/foundation/foundation";
import { lifecycleRules } from "../../../../infra/components/foundation/storage";
import { roles } from "../../../../infra/components/foundation/roles";
import { countByType, ofType, optionsOf, registered, tenantId, valueOf, type Registered } from "../../mocks";

const tags = { owner: "team-risk", environment: "qa" };
const args: FoundationArgs = {
  location: "westeurope",
  tags,
  logDays: 30,
  predictionLogDays: 365,
  auditDays: 365,
  softDeleteDays: 7,
  network: "public",
  addressSpace: "10.40.0.0/16",
  customerManagedKeys: false,
  defender: false,
  signing: false,
  dashboard: "off",
  page: "off",
  isExposed: false,
  protect: false,
};
const plain = {
  "mlops:infra:Foundation": 1,
  "mlops:infra:Identities": 1,
  "mlops:infra:Vault": 1,
  "mlops:infra:Storage": 1,
  "mlops:infra:Registry": 1,
  "azure-native:resources:ResourceGroup": 1,
  "azure-native:operationalinsights:Workspace": 1,
  "azure-native:applicationinsights:Component": 1,
  "azure-native:managedidentity:UserAssignedIdentity": 6,
  "azure-native:keyvault:Vault": 1,
  "azure-native:storage:StorageAccount": 1,
  "azure-native:storage:BlobContainer": 8,
  "azure-native:storage:BlobContainerImmutabilityPolicy": 1,
  "azure-native:storage:BlobServiceProperties": 1,
  "azure-native:storage:ManagementPolicy": 1,
  "azure-native:containerregistry:Registry": 1,
};
const make = (change: Partial<FoundationArgs> = {}) =>
  registered(() => new Foundation("foundation", { ...args, ...change }));
const inputsOf = (made: readonly Registered[], type: string) => ofType(made, type)[0]?.inputs;

/** What the arguments above make; read by many, changed by none. */
let standard: readonly Registered[];
beforeAll(async () => {
  standard = await make();
});

describe("the foundation", () => {
  test("is these resources, all of them marked and in their region", () => {
    const made = standard;
    expect(countByType(made)).toEqual(plain);
    const parts =
      /:(RoleAssignment|BlobContainer|BlobContainerImmutabilityPolicy|BlobServiceProperties|ManagementPolicy)$/;
    for (const { type, inputs } of made.filter((resource) => resource.type.startsWith("azure-native:"))) {
      if (parts.test(type)) continue;
      expect({ type, tags: inputs.tags as unknown, at: inputs.location as unknown }).toEqual({
        type,
        tags,
        at: "westeurope",
      });
    }
  });

  test("keeps logs as long as it is told, and telemetry with them; logs open to who may read their resource", async () => {
    const made = await make({ logDays: 90 });
    expect(inputsOf(made, "operationalinsights:Workspace")).toMatchObject({
      retentionInDays: 90,
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
    });
    expect(inputsOf(made, "applicationinsights:Component")).toMatchObject({
      workspaceResourceId: expect.stringMatching(/foundation-logs$/) as unknown,
      ingestionMode: "LogAnalytics",
      disableLocalAuth: true,
    });
  });

  test("stores with Entra tokens only, over TLS 1.2, nothing in public, and can restore for a week", () => {
    const made = standard;
    const account = ofType(made, "storage:StorageAccount")[0];
    expect(account?.name).toMatch(/^[a-z][a-z0-9]{2,15}$/);
    expect(account?.inputs).toMatchObject({
      kind: "StorageV2",
      sku: { name: "Standard_ZRS" },
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      minimumTlsVersion: "TLS1_2",
      enableHttpsTrafficOnly: true,
      encryption: { keySource: "Microsoft.Storage", requireInfrastructureEncryption: true },
    });
    expect(ofType(made, "storage:BlobContainer").map(({ inputs }) => inputs.containerName as string)).toEqual(
      ["data", "models", "prediction-log", "batch", "dead-letter", "audit", "history", "truth"],
    );
    expect(inputsOf(made, "storage:BlobContainerImmutabilityPolicy")).toMatchObject({
      containerName: "foundation-storage-audit",
      immutabilityPolicyName: "default",
      immutabilityPeriodSinceCreationInDays: 365,
      allowProtectedAppendWrites: false,
    });
    expect(ofType(made, "storage:BlobContainer").every(({ inputs }) => inputs.publicAccess === "None")).toBe(
      true,
    );
    expect(inputsOf(made, "storage:BlobServiceProperties")).toMatchObject({
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: 7 },
    });
    expect(inputsOf(made, "storage:ManagementPolicy")).toMatchObject({
      managementPolicyName: "default",
      policy: { rules: lifecycleRules(365) },
    });
  });

  test("keeps copies in one data centre where a region has no zones", async () => {
    expect(inputsOf(await make({ location: "ukwest" }), "storage:StorageAccount")?.sku).toEqual({
      name: "Standard_LRS",
    });
  });

  test("has a vault that opens by roles and forgets nothing before its time", () => {
    const made = standard;
    expect(ofType(made, "keyvault:Vault")[0]?.name).toMatch(/^[a-z][a-z0-9]{2,15}$/);
    expect(inputsOf(made, "keyvault:Vault")?.properties).toMatchObject({
      tenantId,
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 7,
    });
  });

  test("has a registry without an admin user, with retention and not soft delete", () => {
    const made = standard;
    expect(ofType(made, "containerregistry:Registry")[0]?.name).toMatch(/^[a-z][a-z0-9]{4,41}$/);
    expect(inputsOf(made, "containerregistry:Registry")).toMatchObject({
      sku: { name: "Premium" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
    });
    expect(inputsOf(made, "containerregistry:Registry")?.policies).toEqual({
      azureADAuthenticationAsArmPolicy: { status: "enabled" },
      retentionPolicy: { status: "enabled", days: 30 },
    });
  });

  test("gives `Access` all that it needs for what is here", async () => {
    const made = await registered(() => {
      const { principals, scopes } = new Foundation("foundation", { ...args, network: "private" });
      new Access("access", { principals: { ...principals, operators: [] }, scopes });
    });
    const given = ofType(made, "authorization:RoleAssignment").map(({ inputs }) => inputs);
    expect(given).toHaveLength(19);
    expect(given.filter(({ scope, principalId }) => !scope || !principalId)).toEqual([]);
  });
});

test("the state holds no API key: the vault's are made in the vault itself", () => {
  expect(standard.filter(({ type }) => /RandomPassword|keyvault:Secret/.test(type))).toEqual([]);
});

describe("lifecycle rules", () => {
  test("keep no audit trail as it is when that is not wanted", async () => {
    expect(ofType(await make({ auditDays: 0 }), "storage:BlobContainerImmutabilityPolicy")).toEqual([]);
  });

  test("delete predictions, their old versions, and what was scored in batches in time", () => {
    expect(lifecycleRules(365)[0]).toEqual({
      name: "predictions",
      type: "Lifecycle",
      enabled: true,
      definition: {
        filters: { blobTypes: ["blockBlob"], prefixMatch: ["prediction-log/", "batch/"] },
        actions: {
          baseBlob: {
            tierToCool: { daysAfterModificationGreaterThan: 30 },
            delete: { daysAfterModificationGreaterThan: 365 },
          },
          version: { delete: { daysAfterCreationGreaterThan: 365 } },
        },
      },
    });
  });

  test.each([
    [30, false],
    [31, true],
  ])("of %d days cool before: %s", (days, cools) => {
    const actions = lifecycleRules(days)[0]?.definition.actions as { baseBlob: object };
    expect("tierToCool" in actions.baseBlob).toBe(cools);
  });

  test("never delete data or models, only what they once were", () => {
    const touching = lifecycleRules(1).filter(({ definition }) =>
      definition.filters.prefixMatch.some((prefix) => ["data/", "models/"].includes(prefix)),
    );
    expect(touching.map(({ definition }) => Object.keys(definition.actions))).toEqual([["version"]]);
  });
});

describe("the network switch", () => {
  const doors = async (network: "public" | "private") => {
    const made = await make({ network });
    const vault = inputsOf(made, "keyvault:Vault")?.properties as Record<string, unknown>;
    const account = inputsOf(made, "storage:StorageAccount");
    return [
      [account?.publicNetworkAccess as unknown, account?.networkRuleSet as unknown],
      [vault.publicNetworkAccess, vault.networkAcls],
      inputsOf(made, "containerregistry:Registry")?.publicNetworkAccess as unknown,
    ];
  };

  test("public: services are open to the Internet, behind their sign-in", async () => {
    const open = { bypass: "AzureServices", defaultAction: "Allow" };
    expect(await doors("public")).toEqual([["Enabled", open], ["Enabled", open], "Enabled"]);
    expect(ofType(standard, "infra:PrivateNetwork")).toEqual([]);
  });

  test("private: they are reached through endpoints only", async () => {
    const shut = { bypass: "AzureServices", defaultAction: "Deny" };
    expect(await doors("private")).toEqual([["Disabled", shut], ["Disabled", shut], "Disabled"]);
    const made = await make({ network: "private" });
    expect(
      ofType(made, "network:PrivateEndpoint").map(({ name, inputs }) => [
        name,
        (inputs.privateLinkServiceConnections as { privateLinkServiceId: string }[])[0]?.privateLinkServiceId
          .split("/")
          .pop(),
      ]),
    ).toEqual([
      ["foundation-blob-endpoint", "foundationstorag"],
      ["foundation-file-endpoint", "foundationstorag"],
      ["foundation-vault-endpoint", "foundationvault"],
      ["foundation-registry-endpoint", "foundationregist"],
    ]);
  });
});

test("with signing the vault has a key of the kind that cosign verifies, which can do nothing else", async () => {
  const made = await make({ signing: true });
  expect(countByType(made)).toEqual({
    ...plain,
    "mlops:infra:SigningKey": 1,
    "azure-native:keyvault:Key": 1,
  });
  expect(inputsOf(made, "keyvault:Key")).toMatchObject({
    vaultName: "foundationvault",
    properties: { kty: "EC", curveName: "P-256", keyOps: ["sign", "verify"] },
  });
});

test("Microsoft Defender watches the account where that is wanted, and scans nothing by the gigabyte", async () => {
  const made = await make({ defender: true });
  expect(countByType(made)).toEqual({ ...plain, "azure-native:security:DefenderForStorage": 1 });
  expect(inputsOf(made, "security:DefenderForStorage")).toMatchObject({
    resourceId: expect.stringMatching(/StorageAccount\/foundationstorag$/) as unknown,
    settingName: "current",
    properties: { isEnabled: true, malwareScanning: { onUpload: { isEnabled: false } } },
  });
});

describe("the switch of customer-managed keys", () => {
  test("on: a key, an identity that may use that key only, and storage and registry encrypted with it", async () => {
    const made = await make({ customerManagedKeys: true });
    expect(countByType(made)).toEqual({
      ...plain,
      "mlops:infra:CustomerManagedKeys": 1,
      "mlops:infra:Access": 1,
      "azure-native:keyvault:Key": 1,
      "azure-native:authorization:RoleAssignment": 1,
      "azure-native:managedidentity:UserAssignedIdentity": 7,
    });
    expect(inputsOf(made, "keyvault:Key")?.properties).toMatchObject({ kty: "RSA", keySize: 3072 });
    const given = inputsOf(made, "authorization:RoleAssignment");
    expect(given?.scope).toMatch(/keyvault:Key\/foundation-key$/);
    expect(given?.principalId).toBe("foundation-key-identity-principal");
    expect(given?.roleDefinitionId).toContain(roles["Key Vault Crypto Service Encryption User"]);

    const account = inputsOf(made, "storage:StorageAccount");
    const identity = expect.stringMatching(/UserAssignedIdentity\/foundation-key-identity$/) as unknown;
    expect(account?.identity).toEqual({ type: "UserAssigned", userAssignedIdentities: [identity] });
    expect(account?.encryption).toMatchObject({
      keySource: "Microsoft.Keyvault",
      encryptionIdentity: { encryptionUserAssignedIdentity: identity },
      keyVaultProperties: {
        keyName: "foundation-key",
        keyVaultUri: "https://foundationvault.vault.azure.net/",
      },
    });
    expect(inputsOf(made, "containerregistry:Registry")?.encryption).toEqual({
      status: "enabled",
      keyVaultProperties: {
        identity: "foundation-key-identity-client",
        keyIdentifier: "https://foundationvault.vault.azure.net/keys/foundation-key",
      },
    });
  });

  test("lets Azure Cosmos DB, which has the workspace's metadata, use the key, and waits for both roles", async () => {
    const made = await make({ customerManagedKeys: true, cosmosDbPrincipal: "cosmos-db" });
    const given = ofType(made, "authorization:RoleAssignment").map(({ inputs }) => inputs);
    expect(given.map(({ principalId }) => String(principalId)).sort()).toEqual([
      "cosmos-db",
      "foundation-key-identity-principal",
    ]);
    for (const { scope, roleDefinitionId } of given) {
      expect(scope).toMatch(/keyvault:Key\/foundation-key$/);
      expect(roleDefinitionId).toContain(roles["Key Vault Crypto Service Encryption User"]);
    }
  });

  test("encrypts nothing before the identity may use the key", async () => {
    const waitsFor = new Map<string, unknown>();
    const note: pulumi.ResourceTransformation = ({ type, opts }) => {
      waitsFor.set(type, opts.dependsOn);
      return undefined;
    };
    await registered(
      () => new Foundation("foundation", { ...args, customerManagedKeys: true }, { transformations: [note] }),
    );
    for (const type of ["azure-native:storage:StorageAccount", "azure-native:containerregistry:Registry"]) {
      const ready = await valueOf(waitsFor.get(type) as pulumi.Output<unknown>);
      expect(ready).toEqual([expect.any(authorization.RoleAssignment)]);
    }
  });
});

test.each([true, false])(
  "storage, vault and registry refuse to be removed where that is wanted: %s",
  async (protect) => {
    const options = await optionsOf((opts) => new Foundation("foundation", { ...args, protect }, opts));
    const guarded = [...options]
      .filter(([, { protect: guards }]) => guards === true)
      .map(([resource]) => resource);
    expect(guarded.map((resource) => resource.split(" ")[0]).sort()).toEqual(
      protect ? ["containerregistry:Registry", "keyvault:Vault", "storage:StorageAccount"] : [],
    );
  },
);
