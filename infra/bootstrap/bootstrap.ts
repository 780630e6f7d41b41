import { scopes, tokenOf, type AzureCredential } from "../../platform/azure/credentials";
import { PlatformError } from "../../platform/base/errors";
import { parseConfig } from "../config/config";
import { callerOf, openAzure, type Azure, type AzureOptions } from "./clients/azure-clients";
import { connectionSteps, type Listed } from "./steps/connection-steps";
import { DevOps, type DevOpsOptions } from "./clients/devops-client";
import { environmentSteps } from "./steps/environment-steps";
import { explained } from "./clients/explain-error";
import { Facts, type FoundRepository } from "./facts";
import { identitySteps } from "./steps/identity-steps";
import { findReleaseIdentities, memberSteps, type ReleaseIdentity } from "./steps/member-steps";
import { nextCommands } from "./next";
import { signInsOf, type Environment, type Target } from "./names";
import { pipelineSteps } from "./steps/pipeline-steps";
import { providerSteps } from "./steps/provider-steps";
import { runProgram, type RunProgram } from "./run-program";
import { sharedSubscriptionNote } from "./shared-subscription";
import { StackFile } from "./stack-file";
import { requireModelOf } from "./stack-models";
import { requireTriggersOf } from "./trigger-branches";
import { ownSettings, stackSteps } from "./steps/stack-steps";
import { stateSteps } from "./steps/state-steps";
import { carryOut, describePlan, plan, settleTiming, type SettleTiming, type Step } from "./steps/step";

export interface Bootstrap {
  readonly target: Target;
  /** Stack settings from the command line, keyed by `mlops:<key>`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly planOnly: boolean;
  readonly consent: (question: string) => Promise<boolean>;
  readonly report: (line: string) => void;
  readonly credential: AzureCredential;
  readonly folder: string;
  /** Folder of the pipelines' files; that of this repository if it is absent. */
  readonly pipelines?: string;
  readonly notifyWebhook?: string | undefined;
  readonly azureOptions?: AzureOptions;
  readonly devOpsOptions?: DevOpsOptions;
  readonly run?: RunProgram;
  readonly settle?: SettleTiming;
  readonly pauseMs?: number;
}

export interface Outcome {
  readonly done: boolean;
  readonly changed: number;
}

/** Validates the settings of every stack, their model, and the pipelines' triggers, before anything is created. */
async function checkSettings({ target, settings, folder, pipelines }: Bootstrap): Promise<void> {
  requireTriggersOf(target.branch, pipelines);
  const stacks = target.environments.map(({ name }) => {
    const values = {
      ...new StackFile(folder, name).settings(),
      ...settings,
      ...ownSettings(target, name, 1),
    };
    return { stack: name, model: parseConfig(name, values).model };
  });
  await requireModelOf(stacks);
}

async function subscriptionNames(azure: Azure, ids: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const id of ids) {
    const { displayName = id, state } = await explained(
      `The subscription ${id}`,
      azure.subscriptions.subscriptions.get(id),
    );
    if (state !== "Enabled") {
      throw new PlatformError(
        "AZURE_FAILED",
        `The subscription ${displayName} (${id}) is ${state ?? "in an unknown state"}. Expected Enabled. Ask its owner to enable it, or choose another subscription.`,
      );
    }
    names.set(id, displayName);
  }
  return names;
}

interface Member {
  readonly id: string;
  readonly displayName: string;
}

interface ConnectionData {
  readonly instanceId: string;
  readonly authenticatedUser: { readonly id: string; readonly providerDisplayName?: string };
}

async function findApprover(devops: DevOps, approver: string): Promise<Member> {
  const path = `${devops.identitiesUrl}/_apis/identities?searchFilter=General&filterValue=${encodeURIComponent(approver)}&queryMembership=None&api-version=7.1`;
  const { value } = await devops.get<Listed<{ id: string; providerDisplayName?: string }>>(
    `The approver ${approver}`,
    path,
  );
  const [found, another] = value;
  if (found !== undefined && another === undefined)
    return { id: found.id, displayName: found.providerDisplayName ?? approver };
  throw new PlatformError(
    "USAGE",
    `--approver "${approver}" matches ${found === undefined ? "nobody" : "more than one identity"} in the organisation. Expected the e-mail address of a member, or "[<project>]\\<group>". Correct it, or add the member (Organization settings, Users).`,
  );
}

async function gatherFacts(
  azure: Azure,
  devops: DevOps,
  inputs: Bootstrap,
  armToken: string,
): Promise<Facts> {
  const { target } = inputs;
  const subscriptions = new Set([
    target.subscriptionId,
    ...target.environments.map(({ subscriptionId }) => subscriptionId),
  ]);
  const names = await subscriptionNames(azure, [...subscriptions]);
  const who = await devops.get<ConnectionData>(
    `The organisation ${target.organisation}`,
    "_apis/connectionData?api-version=7.1-preview.1",
  );
  const projectName = encodeURIComponent(target.project);
  const project = await devops.get<{ id: string; name: string }>(
    `The project ${target.project}`,
    `_apis/projects/${projectName}?api-version=7.1`,
  );
  const repository = await devops.get<FoundRepository>(
    `The repository ${target.project}`,
    `${project.id}/_apis/git/repositories/${projectName}?api-version=7.1`,
  );
  const { id, providerDisplayName } = who.authenticatedUser;
  const approvers: Member[] = [];
  for (const approver of target.approvers) approvers.push(await findApprover(devops, approver));
  if (approvers.length === 0) approvers.push({ id, displayName: providerDisplayName ?? "you" });
  return new Facts(
    callerOf(armToken),
    { id: project.id, name: project.name },
    repository,
    who.instanceId,
    approvers,
    names,
  );
}

function stepsOf(
  inputs: Bootstrap,
  parts: { azure: Azure; devops: DevOps; facts: Facts; releases: readonly ReleaseIdentity[] },
): Step[] {
  const { azure, devops, facts, releases } = parts;
  const { target, settings, folder, notifyWebhook, run = runProgram, pauseMs = 15_000 } = inputs;
  const subscriptions = new Set([
    target.subscriptionId,
    ...signInsOf(target).map(({ subscriptionId }) => subscriptionId),
  ]);
  const devOpsParts = { azure, devops, target, facts };
  return [
    ...providerSteps(azure, [...subscriptions], pauseMs),
    ...stateSteps({
      azure,
      target,
      tenantId: facts.caller.tenantId,
      notifyWebhook,
      pauseMs: Math.min(pauseMs, 2000),
    }),
    ...identitySteps({ azure, target, facts }),
    ...connectionSteps(devOpsParts),
    ...environmentSteps(devOpsParts),
    ...pipelineSteps(devOpsParts),
    ...memberSteps(devOpsParts, releases),
    ...stackSteps({ target, facts, folder, settings, run, pauseMs }),
  ];
}

/** The environments whose stacks train, and so register versions: the first, unless settings say otherwise. */
function trainingEnvironments({ target, folder }: Pick<Bootstrap, "target" | "folder">): Environment[] {
  return target.environments.filter(({ name }, index) => {
    const trains = new StackFile(folder, name).settings()["mlops:trains"];
    return (trains ?? String(index === 0)) === "true";
  });
}

/** Creates what a stack cannot create for itself: shows the plan, asks once, and carries it out. */
export async function bootstrap(inputs: Bootstrap): Promise<Outcome> {
  const { target, credential, report } = inputs;
  await checkSettings(inputs);
  const azure = openAzure(credential, target.subscriptionId, inputs.azureOptions);
  const armToken = await tokenOf(credential, scopes.management);
  const devops = new DevOps(
    target.organisation,
    await tokenOf(credential, scopes.devOps),
    inputs.devOpsOptions,
  );
  const facts = await gatherFacts(azure, devops, inputs, armToken);
  const releases = await findReleaseIdentities(azure, trainingEnvironments(inputs));
  const steps = stepsOf(inputs, { azure, devops, facts, releases });
  const planned = await plan(steps);
  report(describePlan(planned));
  const note = sharedSubscriptionNote(target);
  if (note !== undefined) report(`\n${note}`);
  if (inputs.planOnly) return { done: true, changed: 0 };
  const open = planned.filter(({ state }) => state.status !== "exists").length;
  if (open > 0 && !(await inputs.consent(`Apply these ${open} changes?`))) {
    report("Nothing was changed.");
    return { done: false, changed: 0 };
  }
  const changed = await carryOut(steps, report, inputs.settle ?? settleTiming);
  report(await nextCommands({ devops, facts, target, changed, started: releases.length > 0 }));
  return { done: true, changed };
}
