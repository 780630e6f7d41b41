import * as containerregistry from "@pulumi/azure-native/containerregistry";
import * as pulumi from "@pulumi/pulumi";
import { plainStem } from "../../config/auto-names";
import type { Placement } from "../../config/placement";
import type { CustomerManagedKeys } from "./customer-managed-keys";

export interface RegistryArgs {
  readonly placement: Placement;
  /** Whether it can be reached only through private endpoints. */
  readonly isPrivate: boolean;
  /** Whether it is protected from deletion. */
  readonly protect: boolean;
  readonly keys: CustomerManagedKeys | undefined;
}

function encryptionOf(keys: CustomerManagedKeys | undefined) {
  if (keys === undefined) return {};
  const { id, clientId } = keys.identity;
  return {
    identity: {
      type: containerregistry.ResourceIdentityType.UserAssigned,
      userAssignedIdentities: id.apply((identity) => ({ [identity]: {} })),
    },
    // Azure accepts this only for a new registry: mlops:customerManagedKeys cannot be changed for an existing one.
    encryption: {
      status: "enabled",
      // Without a version: the registry follows the key's rotation.
      keyVaultProperties: { identity: clientId, keyIdentifier: keys.latestKeyUri },
    },
  };
}

/** The container registry. Images are pulled and pushed with Entra tokens only: it has no admin user. */
export class Registry extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** For example `name.azurecr.io`. */
  readonly loginServer: pulumi.Output<string>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Registry", name, {}, opts);

    const { placement, isPrivate, keys, protect } = args;
    const registry = new containerregistry.Registry(
      plainStem(name),
      {
        ...placement,
        // Private endpoints, customer-managed keys and retention need Premium.
        sku: { name: "Premium" },
        adminUserEnabled: false,
        anonymousPullEnabled: false,
        publicNetworkAccess: isPrivate ? "Disabled" : "Enabled",
        networkRuleBypassOptions: "AzureServices",
        policies: {
          // Azure Machine Learning and Container Instances pull with Azure Resource Manager tokens.
          azureADAuthenticationAsArmPolicy: { status: "enabled" },
          // Retention and soft delete exclude each other. Retention applies to untagged images; a serving image has a tag.
          retentionPolicy: { status: "enabled", days: 30 },
        },
        ...encryptionOf(keys),
      },
      { parent: this, protect, ...(keys && { dependsOn: keys.ready }) },
    );
    this.id = registry.id;
    this.name = registry.name;
    this.loginServer = registry.loginServer;

    this.registerOutputs({ id: this.id, name: this.name, loginServer: this.loginServer });
  }
}
