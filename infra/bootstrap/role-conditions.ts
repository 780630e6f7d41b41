import { accessTable } from "../components/foundation/access-table";
import { roles } from "../components/foundation/roles";
import type { Principal } from "../components/foundation/access-grant";
import type { Duty } from "../config/pipelines";

/** Object ids of the bootstrap's identities, to whom a stack may give little. */
export interface Principals {
  /** Of every environment. */
  readonly all: readonly string[];
  /** Of the environment that the condition is for, by duty; some have no identity for each. */
  readonly own: Readonly<Partial<Record<Duty, string>>>;
}

/** Under which name the stack's table of roles has the identity of a duty; it gives none to who previews. */
const principalOf: Readonly<Partial<Record<Duty, Principal>>> = {
  deploy: "deployers",
  release: "releasers",
  watch: "watchers",
};

const assignments = "Microsoft.Authorization/roleAssignments";

/** What an assignment of a role is about; of a new one the request says it, of one to remove the resource. */
type Source = "Request" | "Resource";

const sorted = (ids: readonly string[]): string => [...new Set(ids)].sort().join(", ");

const hasRole = (source: Source, ids: readonly string[]): string =>
  `@${source}[${assignments}:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {${sorted(ids)}}`;

const isOneOf = (source: Source, ids: readonly string[]): string =>
  `@${source}[${assignments}:PrincipalId] ForAnyOfAnyValues:GuidEquals {${sorted(ids)}}`;

const isNoneOf = (source: Source, ids: readonly string[]): string =>
  `@${source}[${assignments}:PrincipalId] ForAnyOfAllValues:GuidNotEquals {${sorted(ids)}}`;

/** Managed identities, and groups of people; a single user is given nothing by a stack. */
const isOfType = (source: Source): string =>
  `@${source}[${assignments}:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal', 'Group'}`;

/** Roles that a stack gives to the identity of a duty. */
function rolesOf(duty: Duty): string[] {
  return accessTable.filter(({ who }) => who === principalOf[duty]).map(({ role }) => roles[role]);
}

/**
 * Condition for whoever deploys a stack: roles of stacks only, to managed identities and groups only, and to the bootstrap's own
 * identities, itself among them, only what the stack's table gives them. Otherwise it could give itself the state of every environment.
 * Azure takes 8 KB at most: learn.microsoft.com/azure/role-based-access-control/conditions-faq.
 */
export function onlyRolesOfStacks({ all, own }: Principals): string {
  const granted = Object.entries(own).flatMap(([duty, id]) => {
    const ids = rolesOf(duty as Duty);
    return ids.length === 0 ? [] : [{ id, ids }];
  });
  const part = (action: "write" | "delete", source: Source): string => {
    const others = all.length === 0 ? [] : [isNoneOf(source, all)];
    const stacks = [hasRole(source, Object.values(roles)), isOfType(source), ...others].join(" AND ");
    const ours = granted.map(({ id, ids }) => `(${isOneOf(source, [id])} AND ${hasRole(source, ids)})`);
    const allowed = [`(${stacks})`, ...ours].join(" OR ");
    return `((!(ActionMatches{'${assignments}/${action}'})) OR (${allowed}))`;
  };
  return `${part("write", "Request")} AND ${part("delete", "Resource")}`;
}
