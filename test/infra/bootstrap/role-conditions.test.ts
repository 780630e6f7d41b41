import { accessTable } from "../../../infra/components/foundation/access-table";
import { roles, type Role } from "../../../infra/components/foundation/roles";
import { bootstrapRoles, grants } from "../../../infra/bootstrap/grants";
import { onlyRolesOfStacks, type Principals } from "../../../infra/bootstrap/role-conditions";
import { readCondition } from "./read-condition";

const id = (digit: string): string =>
  `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;
const [itself, releaser, watcher, previewer, ofQa, managed, people] = [..."abcdef0"].map(id) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const principals: Principals = {
  all: [itself, releaser, watcher, previewer, ofQa],
  own: { deploy: itself, release: releaser, watch: watcher, preview: previewer },
};
const condition = onlyRolesOfStacks(principals);
const holds = readCondition(condition);

interface Assigned {
  readonly role: string;
  readonly to: string;
  readonly type?: string;
}

/** Whether an assignment may be made, and whether one that is there may be removed. */
function may({ role, to, type = "ServicePrincipal" }: Assigned): [make: boolean, remove: boolean] {
  const of = (action: string, source: string): boolean =>
    holds({
      action: `Microsoft.Authorization/roleAssignments/${action}`,
      attributes: {
        [`${source} RoleDefinitionId`]: role,
        [`${source} PrincipalId`]: to.toUpperCase(),
        [`${source} PrincipalType`]: type,
      },
    });
  return [of("write", "Request"), of("delete", "Resource")];
}

const yes = [true, true];
const no = [false, false];

test.each(accessTable.map(({ who, role }) => [who, role] as const))(
  "who deploys may give %s its role %s, as the stack does",
  (who, role) => {
    const own: Readonly<Record<string, string>> = {
      deployers: itself,
      releasers: releaser,
      watchers: watcher,
    };
    const isPeople = who === "operators";
    const to = isPeople ? people : (own[who] ?? managed);
    expect(may({ role: roles[role], to, ...(isPeople && { type: "Group" }) })).toEqual(yes);
  },
);

test("it gives the system topics of events, which are no one's of the bootstrap, what they need", () => {
  expect(may({ role: roles["Storage Blob Data Contributor"], to: managed })).toEqual(yes);
});

test("it cannot raise itself: of all roles it gives itself those that the stack's table gives it", () => {
  const given = accessTable.filter(({ who }) => who === "deployers").map(({ role }) => role);
  expect(given).toEqual(["Key Vault Secrets Officer", "Key Vault Certificates Officer"]);
  const able = (Object.keys(roles) as Role[]).filter((role) => may({ role: roles[role], to: itself })[0]);
  expect(able.sort()).toEqual([...given].sort());
  for (const role of ["Storage Blob Data Contributor", "Key Vault Administrator", "Contributor"] as const)
    expect(may({ role: roles[role], to: itself })).toEqual(no);
});

test.each([
  ["another environment's identity", ofQa],
  ["the one that previews", previewer],
])("it gives %s nothing, and takes nothing from it", (_, to) => {
  for (const role of Object.values(roles)) expect(may({ role, to })).toEqual(no);
});

test("it gives who releases and who watches no more than the stack's table does", () => {
  expect(may({ role: roles["Key Vault Administrator"], to: releaser })).toEqual(no);
  expect(may({ role: roles.AcrPush, to: watcher })).toEqual(no);
  expect(may({ role: roles.AcrPush, to: releaser })).toEqual(yes);
});

test.each([
  ["Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"],
  ["User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"],
  ["Role Based Access Control Administrator", bootstrapRoles["Role Based Access Control Administrator"]],
])("it gives nobody the role %s", (_, role) => {
  for (const to of [...principals.all, managed]) expect(may({ role, to })).toEqual(no);
});

test("it gives no single person a role: nobody outside of a group could be asked about it", () => {
  expect(may({ role: roles.AcrPull, to: people, type: "User" })).toEqual(no);
});

test("the condition is that of the role by which stacks assign roles, and of no other action", () => {
  const administrator = grants.filter(({ role }) => role.startsWith("Role Based Access Control"));
  expect(administrator.map(({ who, conditionOnIdentities }) => [who, conditionOnIdentities])).toEqual([
    ["deploy", onlyRolesOfStacks],
  ]);
  expect(holds({ action: "Microsoft.Authorization/roleAssignments/read", attributes: {} })).toBe(true);
});

test("it fits into the 8 KB that Azure takes, with ten environments", () => {
  // Three of each, and of production one more.
  const all = Array.from({ length: 31 }, (_, index) => id("b").replace(/..$/, String(index + 10)));
  expect(onlyRolesOfStacks({ ...principals, all }).length).toBeLessThan(8 * 1024);
});

test("a condition that is not written as Azure reads it is an error of this test's reader", () => {
  expect(() => readCondition(condition.slice(1))).toThrow();
  expect(() => readCondition(condition.replace("GuidNotEquals", "GuidUnlike"))).toThrow("Unknown operator");
});
