import * as keyvault from "@pulumi/azure-native/keyvault";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import { Access } from "./access";
import type { Identity } from "./identities";
import type { Vault } from "./vault";

export interface CustomerManagedKeysArgs {
  readonly placement: Placement;
  readonly vault: Vault;
  /** Object id of the tenant's service principal of Azure Cosmos DB. */
  readonly cosmosDbPrincipal?: string | undefined;
}

/** A customer-managed encryption key, and the identity with which services access it. */
export class CustomerManagedKeys extends pulumi.ComponentResource {
  readonly identity: Identity;
  readonly keyName: pulumi.Output<string>;
  /** URI without a version, for services that follow the key's rotation. */
  readonly latestKeyUri: pulumi.Output<string>;
  /** URI of the newest version at the last update, for services that require a version. */
  readonly keyUri: pulumi.Output<string>;
  /** For `dependsOn` of resources that are encrypted with the key; they are refused while the identity's role is not in effect. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: CustomerManagedKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:CustomerManagedKeys", name, {}, opts);

    const { placement, vault, cosmosDbPrincipal: cosmosDb } = args;
    const { resourceGroupName, tags } = placement;
    const key = new keyvault.Key(
      name,
      {
        resourceGroupName,
        tags,
        vaultName: vault.name,
        properties: {
          kty: "RSA",
          keySize: 3072,
          keyOps: ["wrapKey", "unwrapKey"],
          rotationPolicy: {
            lifetimeActions: [{ action: { type: "rotate" }, trigger: { timeAfterCreate: "P1Y" } }],
          },
        },
      },
      // Deleting only the key needs a role on keys, which the identity that updates the stack may not have.
      { parent: this, deletedWith: vault.resource },
    );
    this.keyName = key.name;
    this.latestKeyUri = pulumi.interpolate`${vault.uri}keys/${key.name}`;
    // Until the vault reports the version, fall back to the URI of the newest.
    this.keyUri = pulumi
      .all([key.keyUriWithVersion as pulumi.Output<string | undefined>, this.latestKeyUri])
      .apply(([version, latest]) => version ?? latest);

    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { ...placement },
      { parent: this },
    );
    this.identity = { id: identity.id, clientId: identity.clientId, principalId: identity.principalId };

    const access = new Access(
      `${name}-access`,
      {
        principals: { encryption: identity.principalId, ...(cosmosDb !== undefined && { cosmosDb }) },
        scopes: { encryptionKey: key.id },
      },
      { parent: this },
    );
    this.ready = access.inEffectFor("encryption", "cosmosDb");

    this.registerOutputs({ keyUri: this.keyUri });
  }
}
