import type { DevOpsScope, Listed } from "./connection-steps";
import { known } from "../facts";
import { environmentName, infraEnvironment } from "../../config/pipelines";
import { absent, stateOf, type Step } from "./step";

/** Kinds of checks, as Azure DevOps knows them. */
const approvalType = { id: "8c6f20a7-a545-4486-9777-f762fafe0d4d", name: "Approval" } as const;
const lockType = { id: "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563", name: "ExclusiveLock" } as const;

/** A release waits a week for its approval, then is rejected. */
const approvalMinutes = 7 * 24 * 60;

interface Named {
  readonly id: number;
  readonly name: string;
}

interface Check {
  readonly id: number;
  readonly type: { readonly id: string };
  readonly settings?: unknown;
}

function environment({ devops, facts }: DevOpsScope, name: string, describe: string): Step {
  const what = `The environment ${name}`;
  const path = `${facts.project.id}/_apis/pipelines/environments`;
  return {
    name: `environment ${name}`,
    describe,
    find: async () => {
      const { value } = await devops.get<Listed<Named>>(what, `${path}?name=${name}&api-version=7.1`);
      const found = value.find((each) => each.name === name);
      if (found !== undefined) facts.environments.set(name, found.id);
      return stateOf({}, found);
    },
    create: async () => {
      await devops.post(what, `${path}?api-version=7.1`, { name, description: `mlops: ${describe}` });
    },
  };
}

interface WantedCheck {
  readonly name: string;
  readonly describe: string;
  readonly type: typeof approvalType | typeof lockType;
  readonly settings: object;
  /** What of the settings has to be as it is here. */
  readonly compared: object;
  readonly timeout: number;
}

function check({ devops, facts }: DevOpsScope, environmentOf: string, wanted: WantedCheck): Step {
  const what = `The check "${wanted.type.name}" of ${environmentOf}`;
  const path = `${facts.project.id}/_apis/pipelines/checks/configurations`;
  const version = "api-version=7.1-preview.1";
  const find = async (): Promise<Check | undefined> => {
    const id = facts.environments.get(environmentOf);
    if (id === undefined) return undefined;
    const query = `resourceType=environment&resourceId=${id}&$expand=settings&${version}`;
    const { value } = await devops.get<Listed<Check>>(what, `${path}?${query}`);
    return value.find(({ type }) => type.id.toLowerCase() === wanted.type.id);
  };
  return {
    name: `${wanted.name} of ${environmentOf}`,
    describe: wanted.describe,
    find: async () => stateOf({ settings: wanted.compared }, await find()),
    create: async () => {
      const { type, settings, timeout } = wanted;
      const id = String(known(facts.environments, environmentOf));
      const body = { type, settings, timeout, resource: { type: "environment", id, name: environmentOf } };
      const there = await find();
      if (there === undefined) await devops.post(what, `${path}?${version}`, body);
      else await devops.patch(what, `${path}/${there.id}?${version}`, { ...body, id: there.id });
    },
  };
}

function lock(scope: DevOpsScope, name: string): Step {
  return check(scope, name, {
    name: "exclusive lock",
    describe: "one run at a time, as a stack can take but one update",
    type: lockType,
    settings: {},
    compared: {},
    timeout: 43_200,
  });
}

function approval(scope: DevOpsScope, name: string): Step {
  const { approvers, caller } = scope.facts;
  const ids = approvers.map(({ id }) => ({ id }));
  const settings = {
    approvers: ids,
    executionOrder: "anyOrder",
    minRequiredApprovers: 1,
    // Four eyes, as soon as somebody else may approve.
    requesterCannotBeApprover: scope.target.approvers.length > 0,
    instructions: "Compare the model with the one in production; the run's summary has both. Then approve.",
    blockedApprovers: [],
  };
  const who = approvers.map(({ displayName }) => displayName).join(", ");
  const { requesterCannotBeApprover } = settings;
  return check(scope, name, {
    name: "approval",
    describe: `by ${who || caller.objectId}`,
    type: approvalType,
    settings,
    compared: { approvers: ids, requesterCannotBeApprover },
    timeout: approvalMinutes,
  });
}

/** Environments that deployments pass through. Production, and the making of stacks, wait for an approval; tests do not. */
export function environmentSteps(scope: DevOpsScope): Step[] {
  const names = scope.target.environments.map(({ name }) => environmentName(name));
  const approved = [names.at(-1), infraEnvironment];
  return [...names, infraEnvironment].flatMap((name) => [
    environment(scope, name, name === infraEnvironment ? "stacks are made and removed" : "releases"),
    lock(scope, name),
    ...(approved.includes(name) ? [approval(scope, name)] : []),
  ]);
}

/** What a resource of the project opens to. */
interface Permissions {
  readonly pipelines?: readonly { readonly id: number; readonly authorized?: boolean }[];
}

export interface Opened {
  readonly kind: "endpoint" | "variablegroup" | "environment";
  readonly name: string;
  /** Id of the resource; undefined while it is not made. */
  readonly id: () => string | undefined;
  /** Names of pipelines. */
  readonly to: readonly string[];
}

/** Lets pipelines use a resource without anybody being asked at their first run, and no others. */
export function permission({ devops, facts }: DevOpsScope, opened: Opened): Step {
  const what = `The permission of pipelines on ${opened.name}`;
  const path = (): string =>
    `${facts.project.id}/_apis/pipelines/pipelinePermissions/${opened.kind}/${opened.id() ?? ""}?api-version=7.1-preview.1`;
  return {
    name: `use of ${opened.name} (${opened.kind})`,
    describe: opened.to.map((name) => name.replace("mlops-", "")).join(", "),
    find: async () => {
      if (opened.id() === undefined || opened.to.some((name) => !facts.pipelines.has(name))) return absent;
      const { pipelines = [] } = await devops.get<Permissions>(what, path());
      const authorized = new Set(pipelines.filter((each) => each.authorized).map(({ id }) => id));
      const closed = opened.to.filter((name) => !authorized.has(known(facts.pipelines, name)));
      return stateOf({ "not opened to": [] }, { "not opened to": closed });
    },
    create: async () => {
      const pipelines = opened.to.map((name) => ({ id: known(facts.pipelines, name), authorized: true }));
      await devops.patch(what, path(), { pipelines });
    },
  };
}
