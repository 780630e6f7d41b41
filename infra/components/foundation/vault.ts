import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { plainStem } from "../../config/auto-names";
import type { Placement } from "../../config/placement";

export interface VaultArgs {
  readonly placement: Placement;
  /** Days that the deleted vault can be recovered, and keeps its name; 7 to 90. */
  readonly softDeleteDays: number;
  /** Whether it can be reached through private endpoints only. */
  readonly isPrivate: boolean;
  /** Whether it refuses to be removed. */
  readonly protect: boolean;
}

/**
 * The Key Vault, which only role assignments open. The keys of the scoring service are not made here, as the state would
 * then hold them: the update makes them in the vault itself, see platform/azure/scoring-keys.ts.
 */
export class Vault extends pulumi.ComponentResource {
  readonly resource: keyvault.Vault;
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** As in `https://name.vault.azure.net/`. */
  readonly uri: pulumi.Output<string>;

  constructor(name: string, args: VaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Vault", name, {}, opts);

    const { placement, softDeleteDays, isPrivate, protect } = args;
    this.resource = new keyvault.Vault(
      plainStem(name),
      {
        ...placement,
        properties: {
          tenantId: authorization.getClientConfigOutput().tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          // Never to be undone: Azure refuses to encrypt with a key that could be lost.
          enablePurgeProtection: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: softDeleteDays,
          publicNetworkAccess: isPrivate ? "Disabled" : "Enabled",
          networkAcls: { bypass: "AzureServices", defaultAction: isPrivate ? "Deny" : "Allow" },
        },
      },
      { parent: this, protect },
    );
    this.id = this.resource.id;
    this.name = this.resource.name;
    this.uri = this.resource.properties.apply(
      ({ vaultUri }) => vaultUri ?? pulumi.interpolate`https://${this.name}.vault.azure.net/`,
    );
    this.registerOutputs({ id: this.id, name: this.name, uri: this.uri });
  }
}
