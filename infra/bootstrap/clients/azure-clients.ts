import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { KeyVaultManagementClient } from "@azure/arm-keyvault";
import { ManagementLockClient } from "@azure/arm-locks";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import { ResourceManagementClient } from "@azure/arm-resources";
import { SubscriptionClient } from "@azure/arm-resources-subscriptions";
import { StorageManagementClient } from "@azure/arm-storage";
import type { AzureCredential } from "../../../platform/azure/credentials";
import { PlatformError } from "../../../platform/base/errors";

/** Parameters of the clients themselves: another cloud's endpoint, its certificate, how often is tried again. */
export interface AzureOptions {
  readonly endpoint?: string;
  readonly tlsOptions?: { readonly ca: string };
  readonly retryOptions?: {
    readonly maxRetries: number;
    readonly retryDelayInMs: number;
    readonly maxRetryDelayInMs: number;
  };
}

/** Clients of Azure Resource Manager, for the subscription that keeps the state. */
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

/** Who runs this, as Entra ID knows them. */
export interface Caller {
  readonly objectId: string;
  readonly tenantId: string;
  readonly principalType: "User" | "ServicePrincipal";
}

/** Who a token is of, by its claims. Its signature is for those to check who are shown it. */
export function callerOf(token: string): Caller {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}") as {
    oid?: string;
    tid?: string;
    idtyp?: string;
  };
  if (claims.oid === undefined || claims.tid === undefined) {
    throw new PlatformError(
      "AZURE_FAILED",
      'The token of this identity names nobody. Expected one of a user or a service principal of Entra ID. Run "az login".',
    );
  }
  return {
    objectId: claims.oid,
    tenantId: claims.tid,
    principalType: claims.idtyp === "app" ? "ServicePrincipal" : "User",
  };
}
