import { uuidOf } from "../../config/uuid";
import type { Duty } from "../../config/pipelines";
import type { Azure } from "../clients/azure-clients";
import { explained, orAbsent } from "../clients/explain-error";
import { known, removedMeanwhile, type Facts } from "../facts";
import { bootstrapRoles, grants, type Grant, type StackAccess } from "../grants";
import { signInsOf, stateNames, type SignIn, type Target } from "../names";
import { absent, stateOf, type Step } from "./step";

export interface IdentityScope {
  readonly azure: Azure;
  readonly target: Target;
  readonly facts: Facts;
}

/** Resource ids of a grant's scope: subscriptions of environments, or resources of the state store. */
function scopeIds(
  target: Target,
  on: Grant["on"],
  { subscriptionId, earlierSubscriptionIds, stacks }: Omit<SignIn, "duty" | "name">,
): string[] {
  const { account, container, vault, keyOf } = stateNames(target);
  const group = `/subscriptions/${target.subscriptionId}/resourceGroups/${target.resourceGroup}/providers`;
  const vaultId = `${group}/Microsoft.KeyVault/vaults/${vault}`;
  const keyIds = (environments: readonly string[]): string[] =>
    environments.map((environment) => `${vaultId}/keys/${keyOf(environment)}`);
  const accountId = `${group}/Microsoft.Storage/storageAccounts/${account}`;
  return {
    subscription: [`/subscriptions/${subscriptionId}`],
    earlierSubscriptions: earlierSubscriptionIds.map((id) => `/subscriptions/${id}`),
    stateContainer: [`${accountId}/blobServices/default/containers/${container}`],
    stateKey: keyIds(stacks.own),
    stateKeys: keyIds([...stacks.own, ...stacks.earlier]),
    vault: [vaultId],
  }[on];
}

function identity({ azure, target, facts }: IdentityScope, name: string): Step {
  const { resourceGroup: group, location } = target;
  const what = `The identity ${name}`;
  return {
    name: `identity ${name}`,
    describe: "pipelines sign in as this identity; it has no secret",
    find: async () => {
      const found = await orAbsent(what, azure.identities.userAssignedIdentities.get(group, name));
      if (found?.principalId !== undefined && found.clientId !== undefined)
        facts.identities.set(name, { principalId: found.principalId, clientId: found.clientId });
      return stateOf({}, found);
    },
    create: async () => {
      const tags = { project: "mlops", "managed-by": "bootstrap" };
      await explained(
        what,
        azure.identities.userAssignedIdentities.createOrUpdate(group, name, { location, tags }),
      );
    },
  };
}

/** The principal of a role assignment; undefined until it is created. */
type FindPrincipal = () => { readonly id: string; readonly type: string } | undefined;

interface Assignment {
  readonly grant: Grant;
  readonly who: string;
  readonly scope: string;
  readonly stacks: StackAccess;
}

/** The bootstrap's identities as a condition of this environment names them; undefined until all are created. */
function principalsOf({ target, facts }: IdentityScope, { own: [environment] }: StackAccess) {
  const all: string[] = [];
  const own: Partial<Record<Duty, string>> = {};
  for (const { name, duty, stacks } of signInsOf(target)) {
    const id = facts.identities.get(name)?.principalId;
    if (id === undefined) return undefined;
    all.push(id);
    if (stacks.own.includes(environment ?? "")) own[duty] = id;
  }
  return { all, own };
}

/** The condition of an assignment, if it has any; undefined if it names identities that do not exist yet. */
function conditionOf(
  scope: IdentityScope,
  { condition, conditionOnIdentities }: Grant,
  stacks: StackAccess,
): { readonly condition?: string; readonly conditionVersion?: string } | undefined {
  const conditionVersion = "2.0";
  if (conditionOnIdentities !== undefined) {
    const principals = principalsOf(scope, stacks);
    return principals && { condition: conditionOnIdentities(principals), conditionVersion };
  }
  return condition === undefined ? {} : { condition: condition(stacks), conditionVersion };
}

function assignment(identityScope: IdentityScope, { grant, who, scope, stacks }: Assignment): Step {
  const { azure, facts } = identityScope;
  const subscription = scope.split("/").slice(0, 3).join("/");
  const role = bootstrapRoles[grant.role];
  const roleDefinitionId = `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
  const name = uuidOf(`${scope}|${who}|${grant.role}`.toLowerCase());
  const what = `The role ${grant.role} of ${who}`;
  const condition = (): ReturnType<typeof conditionOf> => conditionOf(identityScope, grant, stacks);
  const principal: FindPrincipal = () => {
    if (grant.who === "operator") return { id: facts.caller.objectId, type: facts.caller.principalType };
    const found = facts.identities.get(who);
    return found && { id: found.principalId, type: "ServicePrincipal" };
  };
  return {
    name: `role ${grant.role} for ${grant.who === "operator" ? "you" : who}`,
    describe: `on ${scope.split("/").at(-1) ?? scope}: ${grant.why}`,
    // The client puts a slash before the scope; two slashes would start the address of another host.
    find: async () => {
      const id = principal()?.id;
      const limits = condition();
      if (id === undefined || limits === undefined) return absent;
      const found = await orAbsent(what, azure.authorization.roleAssignments.get(scope.slice(1), name));
      return stateOf({ principalId: id, ...limits }, found);
    },
    create: async () => {
      const { id, type } = principal() ?? { id: known(facts.identities, who).principalId, type: "" };
      const limits = condition();
      if (limits === undefined) throw removedMeanwhile(`An identity that ${what} is limited by`);
      await explained(
        what,
        azure.authorization.roleAssignments.create(scope.slice(1), name, {
          principalId: id,
          // Without the type, Azure looks the principal up in the directory, where a new one may not be visible yet.
          principalType: type,
          roleDefinitionId,
          description: `mlops bootstrap: ${grant.why}`,
          ...limits,
        }),
      );
    },
  };
}

/** The identities that pipelines sign in as, and the role assignments of those identities and the operator. */
export function identitySteps(scope: IdentityScope): Step[] {
  const { target, facts } = scope;
  const given = (duty: Grant["who"], signIn: Omit<SignIn, "duty">): Step[] =>
    grants
      .filter((grant) => grant.who === duty)
      .flatMap((grant) =>
        scopeIds(target, grant.on, signIn).map((id) =>
          assignment(scope, { grant, who: signIn.name, scope: id, stacks: signIn.stacks }),
        ),
      );
  const { subscriptionId, environments } = target;
  const operator = {
    name: facts.caller.objectId,
    subscriptionId,
    earlierSubscriptionIds: [],
    stacks: { own: environments.map(({ name }) => name), earlier: [] },
  } as const;
  const signIns = signInsOf(target);
  return [
    ...given("operator", operator),
    // All of them first: the condition of a role may name each.
    ...signIns.map(({ name }) => identity(scope, name)),
    ...signIns.flatMap((signIn) => given(signIn.duty, signIn)),
  ];
}
