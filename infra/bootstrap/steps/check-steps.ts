import { removedMeanwhile } from "../facts";
import type { DevOpsScope, Listed } from "./connection-steps";
import { stateOf, type Step } from "./step";

/** Check types of Azure DevOps. */
const approvalType = { id: "8c6f20a7-a545-4486-9777-f762fafe0d4d", name: "Approval" } as const;
const lockType = { id: "2ef31ad6-baa0-403a-8b45-2cbc9b4e5563", name: "ExclusiveLock" } as const;
const taskType = { id: "fe1de3ee-a436-41b4-bb20-f6eb4cb879a7", name: "Task Check" } as const;
/** The built-in Azure DevOps task that checks the branch of a run. */
const branchTask = {
  id: "86b05a0c-73e6-4f7d-b3cf-e38f3b39a75b",
  name: "evaluatebranchProtection",
  version: "0.0.1",
} as const;

/** A release waits a week for approval and is then rejected. */
const approvalMinutes = 7 * 24 * 60;
/** Timeout in minutes of checks without an approver: 30 days. */
const otherMinutes = 43_200;

/** A resource that pipelines can use only after its checks pass. */
export interface Checked {
  readonly type: "environment" | "endpoint" | "variablegroup";
  readonly name: string;
  /** Id of the resource; undefined until it is created. */
  readonly id: () => string | undefined;
}

interface Check {
  readonly id: number;
  readonly type: { readonly id: string };
  readonly settings?: { readonly definitionRef?: { readonly id?: string } } | null;
}

interface WantedCheck {
  readonly name: string;
  readonly describe: string;
  readonly type: typeof approvalType | typeof lockType | typeof taskType;
  readonly settings: object;
  /** The part of the settings that an existing check must match. */
  readonly compared: object;
  readonly timeout: number;
}

function check({ devops, facts }: DevOpsScope, checked: Checked, wanted: WantedCheck): Step {
  const { name, type: kind } = checked;
  const what = `The check "${wanted.name}" of ${name}`;
  const path = `${facts.project.id}/_apis/pipelines/checks/configurations`;
  const version = "api-version=7.1-preview.1";
  const isWanted = ({ type, settings }: Check): boolean =>
    type.id.toLowerCase() === wanted.type.id &&
    // There can be other task checks, which are not ours to change.
    (wanted.type !== taskType || settings?.definitionRef?.id === branchTask.id);
  const find = async (): Promise<Check | undefined> => {
    const id = checked.id();
    if (id === undefined) return undefined;
    const query = `resourceType=${kind}&resourceId=${id}&$expand=settings&${version}`;
    return (await devops.get<Listed<Check>>(what, `${path}?${query}`)).value.find(isWanted);
  };
  return {
    name: `${wanted.name} of ${name}`,
    describe: wanted.describe,
    find: async () => stateOf({ settings: wanted.compared }, await find()),
    create: async () => {
      const { type, settings, timeout } = wanted;
      const id = checked.id();
      if (id === undefined) throw removedMeanwhile(name);
      const body = { type, settings, timeout, resource: { type: kind, id, name } };
      const there = await find();
      if (there === undefined) await devops.post(what, `${path}?${version}`, body);
      else await devops.patch(what, `${path}/${there.id}?${version}`, { ...body, id: there.id });
    },
  };
}

/** Exclusive lock: one stage at a time uses the resource; the others wait in their order (`lockBehavior: sequential`). */
export function lock(scope: DevOpsScope, checked: Checked): Step {
  return check(scope, checked, {
    name: "exclusive lock",
    describe: "one stage at a time, because a stack takes one update at a time",
    type: lockType,
    settings: {},
    compared: {},
    timeout: otherMinutes,
  });
}

/** Approval check: a run waits until an approver, who reads the instructions, agrees. */
export function approval(scope: DevOpsScope, checked: Checked, instructions: string): Step {
  const { approvers, caller } = scope.facts;
  const ids = approvers.map(({ id }) => ({ id }));
  const settings = {
    approvers: ids,
    executionOrder: "anyOrder",
    minRequiredApprovers: 1,
    // Four-eyes principle, once approvers are named.
    requesterCannotBeApprover: scope.target.approvers.length > 0,
    instructions,
    blockedApprovers: [],
  };
  const who = approvers.map(({ displayName }) => displayName).join(", ");
  const { requesterCannotBeApprover } = settings;
  return check(scope, checked, {
    name: "approval",
    describe: `by ${who || caller.objectId}`,
    type: approvalType,
    settings,
    compared: { approvers: ids, requesterCannotBeApprover },
    timeout: approvalMinutes,
  });
}

/**
 * Branch control: only code of the release branch can use the resource. Without it, anybody who can push a branch could
 * change a pipeline there and run it: the approval is on an environment, which that code need not pass through.
 */
export function branchControl(scope: DevOpsScope, checked: Checked): Step {
  const inputs = {
    allowedBranches: `refs/heads/${scope.target.branch}`,
    ensureProtectionOfBranch: "false",
    allowUnknownStatusBranch: "false",
  };
  return check(scope, checked, {
    name: "branch control",
    describe: `only runs of ${scope.target.branch} can use it`,
    type: taskType,
    settings: {
      definitionRef: branchTask,
      displayName: "Branch control",
      inputs,
      retryInterval: 5,
      linkedVariableGroup: null,
    },
    compared: { inputs },
    timeout: otherMinutes,
  });
}
