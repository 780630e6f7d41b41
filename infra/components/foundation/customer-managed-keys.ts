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
}

/** A key of one's own that data is encrypted with, and the identity that services reach it with. */
export class CustomerManagedKeys extends pulumi.ComponentResource {
  readonly identity: Identity;
  readonly keyName: pulumi.Output<string>;
  /** The key's newest version, whichever that is: for services that follow its rotation by themselves. */
  readonly latestKeyUri: pulumi.Output<string>;
  /** The version that was newest at the last update: for services that have to be given one. */
  readonly keyUri: pulumi.Output<string>;
  /** For `dependsOn` of what is encrypted with the key. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: CustomerManagedKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:CustomerManagedKeys", name, {}, opts);

    const { placement, vault } = args;
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
      // Deleting a key by itself needs a role on keys, which who updates the stack may not have.
      { parent: this, deletedWith: vault.resource },
    );
    this.keyName = key.name;
    this.latestKeyUri = pulumi.interpolate`${vault.uri}keys/${key.name}`;
    // Until the vault has said which version it made, the key's newest is meant.
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
      { principals: { encryption: identity.principalId }, scopes: { encryptionKey: key.id } },
      { parent: this },
    );
    this.ready = access.assignments;

    this.registerOutputs({ keyUri: this.keyUri });
  }
}
