import * as authorization from "@pulumi/azure-native/authorization";
import * as keyvault from "@pulumi/azure-native/keyvault";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { plainStem } from "../../config/auto-names";
import type { Placement } from "../../config/placement";

/** Generation of each API key; changing it regenerates that key. */
export interface KeyRotation {
  readonly primary: string;
  readonly secondary: string;
}

export interface VaultArgs {
  readonly placement: Placement;
  /** Days, 7 to 90, that a deleted vault can be recovered and its name stays reserved. */
  readonly softDeleteDays: number;
  /** Whether it can be reached only through private endpoints. */
  readonly isPrivate: boolean;
  /** Whether it is protected from deletion. */
  readonly protect: boolean;
  /** Generations of the two API keys for callers of the scoring service; undefined creates no keys. */
  readonly keyRotation: KeyRotation | undefined;
}

/** The key vault, with access by Azure roles, and the scoring service's API keys in it. */
export class Vault extends pulumi.ComponentResource {
  readonly resource: keyvault.Vault;
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** For example `https://name.vault.azure.net/`. */
  readonly uri: pulumi.Output<string>;

  constructor(name: string, args: VaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Vault", name, {}, opts);

    const { placement, softDeleteDays, isPrivate, keyRotation, protect } = args;
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

    if (keyRotation !== undefined) {
      this.createKey(name, "primary", { generation: keyRotation.primary, placement });
      this.createKey(name, "secondary", { generation: keyRotation.secondary, placement });
    }
    // No client has this key: it marks the requests of our own tests.
    this.createKey(name, "test", { placement });
    this.registerOutputs({ id: this.id, name: this.name, uri: this.uri });
  }

  private createKey(
    name: string,
    which: keyof KeyRotation | "test",
    { generation = "1", placement }: { readonly generation?: string; readonly placement: Placement },
  ): void {
    const key = new random.RandomPassword(
      `${name}-${which}-key`,
      // Only letters and digits, because keys are used in headers and shells.
      { length: 40, special: false, keepers: { generation } },
      { parent: this },
    );
    new keyvault.Secret(
      `${name}-${which}-key`,
      {
        resourceGroupName: placement.resourceGroupName,
        tags: placement.tags,
        vaultName: this.name,
        // platform/settings/settings.ts has these names as defaults of MLOPS_KEY_VAULT_PRIMARY and _SECONDARY;
        // platform/settings/security-settings.ts has the name of the third.
        secretName: `scoring-${which}-key`,
        properties: { value: key.result, contentType: "text/plain" },
      },
      // Deleting only the secret needs a role on secrets, which the identity that updates the stack may not have.
      { parent: this, deletedWith: this.resource },
    );
  }
}
