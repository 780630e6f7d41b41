import { updatesGroup } from "../../config/pipelines";
import { notifySecret, secretGroup, sharedGroup, signInsOf, stateNames } from "../names";
import { branchControl, lock } from "./check-steps";
import type { DevOpsScope, Listed } from "./connection-steps";
import { absent, stateOf, type Step } from "./step";

interface Group {
  readonly id: number;
  readonly name: string;
  readonly type?: string;
  readonly variables?: unknown;
  readonly providerData?: unknown;
}

/** Desired content of a variable group, besides its name; undefined until what it needs is created. */
type GroupContent = () => { type: string; variables: object; providerData?: object } | undefined;

function group({ devops, facts }: DevOpsScope, name: string, describe: string, content: GroupContent): Step {
  const what = `The variable group ${name}`;
  const base = `${facts.project.id}/_apis/distributedtask/variablegroups?groupName=${name}&api-version=7.1`;
  const find = async (): Promise<Group | undefined> =>
    (await devops.get<Listed<Group>>(what, base)).value.find((each) => each.name === name);
  return {
    name: `variable group ${name}`,
    describe,
    find: async () => {
      const found = await find();
      if (found !== undefined) facts.groups.set(name, found.id);
      const wanted = content();
      return wanted === undefined ? absent : stateOf(wanted, found);
    },
    create: async () => {
      const references = [{ name, description: "", projectReference: facts.project }];
      const body = {
        name,
        description: `mlops bootstrap: ${describe}`,
        ...content(),
        variableGroupProjectReferences: references,
      };
      const there = await find();
      const path = `_apis/distributedtask/variablegroups`;
      if (there === undefined) await devops.post(what, `${path}?api-version=7.1`, body);
      else await devops.put(what, `${path}/${there.id}?api-version=7.1`, body);
    },
  };
}

/** Each is locked by the stage that refers to it; a group has to have a variable. */
function updatesGroups(scope: DevOpsScope): Step[] {
  return scope.target.environments.flatMap(({ name }) => {
    const locked = updatesGroup(name);
    return [
      group(scope, locked, `locked while the stacks of ${name} are updated`, () => ({
        type: "Vsts",
        variables: { UPDATES_OF: { value: name } },
      })),
      lock(scope, {
        type: "variablegroup",
        name: locked,
        id: () => scope.facts.groups.get(locked)?.toString(),
      }),
    ];
  });
}

/** The variable groups that pipelines refer to, with their checks. */
export function groupSteps(scope: DevOpsScope): Step[] {
  const { facts, target } = scope;
  const { backend, vault } = stateNames(target);
  const reader = signInsOf(target).find(({ duty }) => duty === "release");
  const secrets = { [notifySecret]: { enabled: true, isSecret: true } };
  return [
    group(scope, sharedGroup, "the location of the state", () => ({
      type: "Vsts",
      variables: { PULUMI_BACKEND_URL: { value: backend } },
    })),
    group(scope, secretGroup, `secrets, read from ${vault} when a run starts`, () => {
      const connection = reader && facts.connections.get(reader.name);
      if (connection === undefined) return undefined;
      return {
        type: "AzureKeyVault",
        variables: secrets,
        providerData: { serviceEndpointId: connection.id, vault },
      };
    }),
    branchControl(scope, {
      type: "variablegroup",
      name: secretGroup,
      id: () => facts.groups.get(secretGroup)?.toString(),
    }),
    ...updatesGroups(scope),
  ];
}
