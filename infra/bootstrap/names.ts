import type { StackAccess } from "./grants";
import { previewName, signedInto, signInName, type Duty } from "../config/pipelines";
import { uuidOf } from "../config/uuid";

/** What the bootstrap makes for, and where. */
export interface Target {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly organisation: string;
  readonly project: string;
  /** Branch that a merge goes to. */
  readonly branch: string;
  /** In the order in which a release passes them. */
  readonly environments: readonly Environment[];
  /** Who may approve, by e-mail or name of a group; nobody named: who runs this. */
  readonly approvers: readonly string[];
}

export interface Environment {
  readonly name: string;
  readonly subscriptionId: string;
}

/** An identity, and the service connection of the same name by which pipelines sign in as it. */
export interface SignIn {
  readonly name: string;
  readonly duty: Duty;
  /** Where it may do so; a connection is made for the first. */
  readonly subscriptionIds: readonly [string, ...string[]];
  /** Subscriptions of environments that a release passes before. */
  readonly earlierSubscriptionIds: readonly string[];
  /** Environments whose stacks it may change, and those before them. */
  readonly stacks: StackAccess;
}

const duties = ["deploy", "release", "watch"] as const;

/** All identities of pipelines: one that may only look, and of each environment those that any pipeline signs in as. */
export function signInsOf({ subscriptionId, environments }: Target): SignIn[] {
  const names = environments.map(({ name }) => name);
  const subscriptions = environments.map((environment) => environment.subscriptionId);
  const [first = subscriptionId, ...others] = new Set(subscriptions);
  return [
    {
      name: previewName,
      duty: "preview",
      subscriptionIds: [first, ...others],
      earlierSubscriptionIds: [],
      stacks: { own: [], earlier: names },
    },
    ...environments.flatMap((environment, index) => {
      const { name } = environment;
      return duties
        .filter((duty) => signedInto(duty, name, names).length > 0)
        .map((duty): SignIn => ({
          name: signInName(duty, name),
          duty,
          subscriptionIds: [environment.subscriptionId],
          earlierSubscriptionIds: [...new Set(subscriptions.slice(0, index))],
          stacks: { own: [name], earlier: names.slice(0, index) },
        }));
    }),
  ];
}

/** Names of what keeps the state; those that the world shares end in digits that belong to the resource group alone. */
export function stateNames({
  subscriptionId,
  resourceGroup,
}: Pick<Target, "subscriptionId" | "resourceGroup">) {
  const digits = uuidOf(`${subscriptionId}/${resourceGroup}`.toLowerCase()).replaceAll("-", "");
  const account = `mlopsstate${digits.slice(0, 12)}`;
  const vault = `mlops-state-${digits.slice(0, 10)}`;
  return {
    account,
    vault,
    container: "pulumi-state",
    key: "pulumi-state",
    backend: `azblob://pulumi-state?storage_account=${account}`,
    secretsProvider: `azurekeyvault://${vault}.vault.azure.net/keys/pulumi-state`,
  } as const;
}

/** Variables that every pipeline has. */
export const sharedGroup = "mlops";

/** Variables that are secrets, from the vault. */
export const secretGroup = "mlops-secrets";

/** Secret in the vault that holds the address that approvers are told at, or that there is none. */
export const notifySecret = "NOTIFY-WEBHOOK";
