import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Vault } from "./vault";

export interface SigningKeyArgs {
  readonly placement: Placement;
  readonly vault: Vault;
}

/**
 * The key that versions and images are signed with. It never leaves the vault, which signs with it. It does not rotate by
 * itself: whoever trusts it has to be given its public half.
 */
export class SigningKey extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** As `MLOPS_SIGNING_KEY` names it: the newest version. */
  readonly uri: pulumi.Output<string>;

  constructor(name: string, args: SigningKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:SigningKey", name, {}, opts);

    const { placement, vault } = args;
    const key = new keyvault.Key(
      name,
      {
        resourceGroupName: placement.resourceGroupName,
        tags: placement.tags,
        vaultName: vault.name,
        properties: { kty: "EC", curveName: "P-256", keyOps: ["sign", "verify"] },
      },
      // Deleting a key by itself needs a role on keys, which who updates the stack may not have.
      { parent: this, deletedWith: vault.resource },
    );
    this.id = key.id;
    this.uri = pulumi.interpolate`${vault.uri}keys/${key.name}`;
    this.registerOutputs({ uri: this.uri });
  }
}
