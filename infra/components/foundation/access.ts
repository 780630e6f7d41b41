import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import type { Scope } from "./access-scopes";
import { optionalPrincipals, type Grant, type Principal } from "./access-grant";
import { accessTable, containersLike, pathsLike } from "./access-table";
import { roleDefinitionId } from "./roles";
import { newestOf, waitUntilInEffect } from "./roles-in-effect";

export interface AccessArgs {
  /** Object ids; groups are a list. Every principal that the table needs for a given scope is required. */
  readonly principals: Readonly<Partial<Record<Principal, pulumi.Input<string> | readonly string[]>>>;
  /** Resource ids. Rows of the table for other scopes are skipped; another call assigns them. */
  readonly scopes: Readonly<Partial<Record<Scope, pulumi.Input<string>>>>;
}

/** `Storage Blob Data Reader` becomes `storage-blob-data-reader`, `dataContainer` becomes `data-container`. */
function slug(text: string): string {
  return text
    .replaceAll(/([a-z])([A-Z])/g, "$1-$2")
    .replaceAll(" ", "-")
    .toLowerCase();
}

function conditionOf(limits: Pick<Grant, "containersLike" | "pathsLike">): string | undefined {
  if (limits.containersLike !== undefined) return containersLike(limits.containersLike);
  return limits.pathsLike === undefined ? undefined : pathsLike(limits.pathsLike);
}

function isGroups(principal: pulumi.Input<string> | readonly string[]): principal is readonly string[] {
  return Array.isArray(principal);
}

/** The role assignments of infra/components/foundation/access-table.ts for the given scopes. */
export class Access extends pulumi.ComponentResource {
  /** For `dependsOn` of resources that need them. They take minutes more to be in effect: see `inEffectFor`. */
  readonly assignments: readonly authorization.RoleAssignment[];
  private readonly createdOn = new Map<Principal, pulumi.Output<string | undefined>[]>();

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Access", name, {}, opts);

    this.assignments = accessTable.flatMap((grant) => this.assign(name, grant, args));
    this.registerOutputs({});
  }

  /**
   * For `dependsOn` of resources whose creation fails without the roles of these principals: all assignments, once those of the
   * principals are in effect. That is at once where they are older than ten minutes, and in a preview.
   */
  inEffectFor(...principals: readonly Principal[]): pulumi.Output<pulumi.Resource[]> {
    return pulumi.all(this.timesOf(principals)).apply(async (times) => {
      await waitUntilInEffect(times, `those of ${principals.join(", ")}`);
      return [...this.assignments];
    });
  }

  /** When the newest role of these principals was assigned (ISO 8601); undefined where Azure has not said. */
  newestFor(...principals: readonly Principal[]): pulumi.Output<string | undefined> {
    return pulumi.all(this.timesOf(principals)).apply(newestOf);
  }

  private timesOf(principals: readonly Principal[]): pulumi.Output<string | undefined>[] {
    return principals.flatMap((principal) => this.createdOn.get(principal) ?? []);
  }

  private assign(name: string, grant: Grant, args: AccessArgs): authorization.RoleAssignment[] {
    const { who, role, on } = grant;
    const scope = args.scopes[on];
    if (scope === undefined) return [];
    const principal = args.principals[who];
    if (principal === undefined) {
      if (optionalPrincipals.includes(who)) return [];
      throw new RangeError(
        `${name}: infra/components/foundation/access-table.ts assigns ${who} "${role}" on ${on}, but no object id is given for ${who}. Add it to principals.`,
      );
    }
    const line = `${name}-${who}-${slug(role)}-${slug(on)}`;
    if (!isGroups(principal)) return [this.create(line, grant, { scope, principalId: principal })];
    return principal.map((id) => this.create(`${line}-${id}`, grant, { scope, principalId: id }, "Group"));
  }

  private create(
    name: string,
    { who, role, why, ...limits }: Grant,
    ids: { scope: pulumi.Input<string>; principalId: pulumi.Input<string> },
    principalType: "ServicePrincipal" | "Group" = "ServicePrincipal",
  ): authorization.RoleAssignment {
    const condition = conditionOf(limits);
    const assignment = new authorization.RoleAssignment(
      name,
      {
        ...ids,
        // Entra ID may not know a new identity for a few minutes; with the type given, Azure skips the lookup.
        principalType,
        roleDefinitionId: roleDefinitionId(role),
        description: why,
        ...(condition !== undefined && { condition, conditionVersion: "2.0" }),
      },
      // Azure refuses a second assignment of the same role, so the old one has to go first.
      { parent: this, deleteBeforeReplace: true },
    );
    this.createdOn.set(who, [...(this.createdOn.get(who) ?? []), assignment.createdOn]);
    return assignment;
  }
}
