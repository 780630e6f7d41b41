import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
import type { Vault } from "./vault";

export interface SigningKeyArgs {
  readonly placement: Placement;
  readonly vault: Vault;
}

/**
 * The key that signs versions and images. The vault signs with it, and it never leaves the vault. It has no automatic
 * rotation, because everybody who trusts it must receive the new public key.
 */
export class SigningKey extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** URI of the newest version, the value of `MLOPS_SIGNING_KEY`. */
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
      // Deleting only the key needs a role on keys, which the identity that updates the stack may not have.
      { parent: this, deletedWith: vault.resource },
    );
    this.id = key.id;
    this.uri = pulumi.interpolate`${vault.uri}keys/${key.name}`;
    this.registerOutputs({ uri: this.uri });
  }
}
