import type { StackAccess } from "./grants";
import { duties, signedInto, signInName, type Duty } from "../config/pipelines";
import { uuidOf } from "../config/uuid";

/** What the bootstrap sets up, and where. */
export interface Target {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly organisation: string;
  readonly project: string;
  /** Branch that pull requests merge into. */
  readonly branch: string;
  /** How many have to agree to a pull request besides its author; 0 asks for none. */
  readonly reviewers: number;
  /** In the order in which a release passes them. */
  readonly environments: readonly Environment[];
  /** Approvers, by e-mail or group name; if empty, the person who runs the bootstrap. */
  readonly approvers: readonly string[];
}

export interface Environment {
  readonly name: string;
  readonly subscriptionId: string;
}

/** A managed identity, and the service connection of the same name through which pipelines sign in as it. */
export interface SignIn {
  readonly name: string;
  readonly duty: Duty;
  /** The subscription that it can use, to which the service connection is scoped. */
  readonly subscriptionId: string;
  /** Subscriptions of the environments that a release passes earlier. */
  readonly earlierSubscriptionIds: readonly string[];
  /** Stacks whose state it can change, and earlier ones that it can only read. */
  readonly stacks: StackAccess;
}

/** All identities of pipelines: for each environment those that a pipeline signs in as. */
export function signInsOf({ environments }: Pick<Target, "environments">): SignIn[] {
  const names = environments.map(({ name }) => name);
  const subscriptions = environments.map(({ subscriptionId }) => subscriptionId);
  return environments.flatMap(({ name, subscriptionId }, index) =>
    duties
      .filter((duty) => signedInto(duty, name, names).length > 0)
      .map((duty): SignIn => ({
        name: signInName(duty, name),
        duty,
        subscriptionId,
        earlierSubscriptionIds: [...new Set(subscriptions.slice(0, index))],
        stacks: { own: [name], earlier: names.slice(0, index) },
      })),
  );
}

/** Name of the identity and service connection that previews the stacks of production. */
export function productionPreview({ environments }: Pick<Target, "environments">): string {
  return signInName("preview", environments.at(-1)?.name ?? "");
}

/** Names of the state store's resources; globally unique names end in digits derived from the resource group. */
export function stateNames({
  subscriptionId,
  resourceGroup,
}: Pick<Target, "subscriptionId" | "resourceGroup">) {
  const digits = uuidOf(`${subscriptionId}/${resourceGroup}`.toLowerCase()).replaceAll("-", "");
  const account = `mlopsstate${digits.slice(0, 12)}`;
  const vault = `mlops-state-${digits.slice(0, 10)}`;
  /** Of each environment, whose stacks' secrets it encrypts. */
  const keyOf = (environment: string): string => `pulumi-state-${environment}`;
  return {
    account,
    vault,
    container: "pulumi-state",
    keyOf,
    backend: `azblob://pulumi-state?storage_account=${account}`,
    secretsProviderOf: (environment: string) =>
      `azurekeyvault://${vault}.vault.azure.net/keys/${keyOf(environment)}`,
  } as const;
}

/** Variable group of every pipeline. */
export const sharedGroup = "mlops";

/** Variable group of the secrets, linked to the key vault. */
export const secretGroup = "mlops-secrets";

/** Key vault secret with the webhook that notifies approvers, or `none`. */
export const notifySecret = "NOTIFY-WEBHOOK";
