import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import { plainStem } from "../../config/auto-names";
import type { Placement } from "../../config/placement";

export interface VaultArgs {
  readonly placement: Placement;
  /** Days, 7 to 90, that a deleted vault can be recovered and its name stays reserved. */
  readonly softDeleteDays: number;
  /** Whether it can be reached only through private endpoints. */
  readonly isPrivate: boolean;
  /** Whether it is protected from deletion. */
  readonly protect: boolean;
}

/**
 * The key vault, with access only by role assignments. The scoring service's keys are not created here, because they would
 * then be in the state: the update creates them in the vault itself, see platform/azure/scoring-keys.ts.
 */
export class Vault extends pulumi.ComponentResource {
  readonly resource: keyvault.Vault;
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** For example `https://name.vault.azure.net/`. */
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
          // Cannot be undone. Azure requires it for encryption keys, so that no key is lost.
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
