import type { Target } from "./names";

/**
 * What is at stake where the state shares a subscription with environments; undefined where it has one of its own. Who deploys an
 * environment is Contributor on its subscription, and Contributor may add a federated credential to any managed identity there.
 */
export function sharedSubscriptionNote({
  subscriptionId,
  environments,
}: Pick<Target, "subscriptionId" | "environments">): string | undefined {
  const sharing = environments.filter((each) => each.subscriptionId === subscriptionId);
  if (sharing.length === 0) return undefined;
  const names = sharing.map(({ name }) => name).join(", ");
  const options = environments.map(({ name }) => `--environment ${name}=<its subscription>`).join(" ");
  return [
    `Note: the state and the pipelines' identities are in the subscription of ${names}, on which who deploys there is Contributor:`,
    "code that deploys one environment could sign in as the identity of another. Where that must not be, give the state a subscription of its own:",
    `  --subscription <the state's subscription> ${options}`,
  ].join("\n");
}
