import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { KeyVaultManagementClient } from "@azure/arm-keyvault";
import { ManagementLockClient } from "@azure/arm-locks";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import { ResourceManagementClient } from "@azure/arm-resources";
import { SubscriptionClient } from "@azure/arm-resources-subscriptions";
import { StorageManagementClient } from "@azure/arm-storage";
import type { AzureCredential } from "../../../platform/azure/credentials";
import { PlatformError } from "../../../platform/base/errors";

/** Client options: the endpoint of another cloud, its CA certificate, and retries. */
export interface AzureOptions {
  readonly endpoint?: string;
  readonly tlsOptions?: { readonly ca: string };
  readonly retryOptions?: {
    readonly maxRetries: number;
    readonly retryDelayInMs: number;
    readonly maxRetryDelayInMs: number;
  };
}

/** Azure Resource Manager clients for the subscription that holds the state. */
export interface Azure {
  readonly resources: ResourceManagementClient;
  readonly storage: StorageManagementClient;
  readonly vaults: KeyVaultManagementClient;
  readonly identities: ManagedServiceIdentityClient;
  readonly locks: ManagementLockClient;
  readonly authorization: AuthorizationManagementClient;
  readonly subscriptions: SubscriptionClient;
  /** The same clients for another subscription. */
  readonly identitiesOf: (subscriptionId: string) => ManagedServiceIdentityClient;
  readonly resourcesOf: (subscriptionId: string) => ResourceManagementClient;
}

export function openAzure(
  credential: AzureCredential,
  subscriptionId: string,
  options: AzureOptions = {},
): Azure {
  const resourcesOf = (subscription: string): ResourceManagementClient =>
    new ResourceManagementClient(credential, subscription, options);
  const identitiesOf = (subscription: string): ManagedServiceIdentityClient =>
    new ManagedServiceIdentityClient(credential, subscription, options);
  return {
    resources: resourcesOf(subscriptionId),
    storage: new StorageManagementClient(credential, subscriptionId, options),
    vaults: new KeyVaultManagementClient(credential, subscriptionId, options),
    identities: identitiesOf(subscriptionId),
    locks: new ManagementLockClient(credential, subscriptionId, options),
    authorization: new AuthorizationManagementClient(credential, subscriptionId, options),
    subscriptions: new SubscriptionClient(credential, options),
    resourcesOf,
    identitiesOf,
  };
}

/** The Entra ID principal that runs the bootstrap. */
export interface Caller {
  readonly objectId: string;
  readonly tenantId: string;
  readonly principalType: "User" | "ServicePrincipal";
}

/** The principal in a token's claims. The signature is not verified here; the services that receive the token do that. */
export function callerOf(token: string): Caller {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}") as {
    oid?: string;
    tid?: string;
    idtyp?: string;
  };
  if (claims.oid === undefined || claims.tid === undefined) {
    throw new PlatformError(
      "AZURE_FAILED",
      'The access token has no "oid" or "tid" claim. Expected a token of an Entra ID user or service principal. Run "az login".',
    );
  }
  return {
    objectId: claims.oid,
    tenantId: claims.tid,
    principalType: claims.idtyp === "app" ? "ServicePrincipal" : "User",
  };
}
