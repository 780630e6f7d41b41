import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import {
  accessTable,
  containersLike,
  outsiders,
  type Grant,
  type Principal,
  type Scope,
} from "./access-table";
import { roleDefinitionId } from "./roles";

export interface AccessArgs {
  /** Object ids, those of groups in a list. A principal that the table needs for a given scope has to be here. */
  readonly principals: Readonly<Partial<Record<Principal, pulumi.Input<string> | readonly string[]>>>;
  /** Resource ids. Lines of the table on another scope are left to another call. */
  readonly scopes: Readonly<Partial<Record<Scope, pulumi.Input<string>>>>;
}

/** `Storage Blob Data Reader` becomes `storage-blob-data-reader`, `dataContainer` becomes `data-container`. */
function slug(text: string): string {
  return text
    .replaceAll(/([a-z])([A-Z])/g, "$1-$2")
    .replaceAll(" ", "-")
    .toLowerCase();
}

function isGroups(principal: pulumi.Input<string> | readonly string[]): principal is readonly string[] {
  return Array.isArray(principal);
}

/** The role assignments of infra/components/foundation/access-table.ts on the scopes that are given. */
export class Access extends pulumi.ComponentResource {
  /** For `dependsOn` of what needs them. Azure takes some minutes more until they hold everywhere. */
  readonly assignments: readonly authorization.RoleAssignment[];

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Access", name, {}, opts);

    this.assignments = accessTable.flatMap((grant) => this.assign(name, grant, args));
    this.registerOutputs({});
  }

  private assign(name: string, grant: Grant, args: AccessArgs): authorization.RoleAssignment[] {
    const { who, role, on } = grant;
    const scope = args.scopes[on];
    if (scope === undefined) return [];
    const principal = args.principals[who];
    if (principal === undefined) {
      if (outsiders.includes(who)) return [];
      throw new RangeError(
        `${name}: infra/components/foundation/access-table.ts gives ${who} "${role}" on ${on}, but there is no such principal. Give its object id.`,
      );
    }
    const line = `${name}-${who}-${slug(role)}-${slug(on)}`;
    if (!isGroups(principal)) return [this.create(line, grant, { scope, principalId: principal })];
    return principal.map((id) => this.create(`${line}-${id}`, grant, { scope, principalId: id }, "Group"));
  }

  private create(
    name: string,
    { role, why, containersLike: prefix }: Grant,
    ids: { scope: pulumi.Input<string>; principalId: pulumi.Input<string> },
    principalType: "ServicePrincipal" | "Group" = "ServicePrincipal",
  ): authorization.RoleAssignment {
    return new authorization.RoleAssignment(
      name,
      {
        ...ids,
        // Entra may not know a new identity for some minutes; with its kind given, Azure does not ask.
        principalType,
        roleDefinitionId: roleDefinitionId(role),
        description: why,
        ...(prefix !== undefined && { condition: containersLike(prefix), conditionVersion: "2.0" }),
      },
      // The same assignment under another name is refused while the old one is there.
      { parent: this, deleteBeforeReplace: true },
    );
  }
}
