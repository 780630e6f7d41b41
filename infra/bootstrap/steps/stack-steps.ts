import { setTimeout as pause } from "node:timers/promises";
import { PlatformError } from "../../../platform/base/errors";
import { signInName } from "../../config/pipelines";
import type { Facts } from "../facts";
import { stateNames, type Target } from "../names";
import type { RunProgram } from "../run-program";
import { StackFile } from "../stack-file";
import { absent, exists, stateOf, type Step } from "./step";

export interface StackScope {
  readonly target: Target;
  readonly facts: Facts;
  /** Folder of the stacks' settings files. */
  readonly folder: string;
  /** Settings for all stacks from the command line, keyed by `mlops:<key>`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly run: RunProgram;
  /** Pause between attempts, while new role assignments have not taken effect yet. */
  readonly pauseMs: number;
}

/** Enough for ten minutes, which is how long a new role assignment can take to take effect. */
const attempts = 40;
const notYet = /\b403\b|Forbidden|AuthorizationPermissionMismatch|AuthorizationFailure|not authorized/i;

/** The settings that the bootstrap writes into a stack's file, besides the user's own. */
export function ownSettings(
  target: Target,
  stack: string,
  releasePipelineId: number | undefined,
): Record<string, string> {
  const subscriptionId = target.environments.find(({ name }) => name === stack)?.subscriptionId;
  return {
    "azure-native:location": target.location,
    // Otherwise an update from a laptop goes into whichever subscription the Azure CLI has as its default.
    ...(subscriptionId !== undefined && { "azure-native:subscriptionId": subscriptionId }),
    "mlops:devOpsProject": `${target.organisation}/${target.project}`,
    ...(releasePipelineId !== undefined && { "mlops:releasePipelineId": String(releasePipelineId) }),
  };
}

/** Principal ids of the pipelines' identities that the stack assigns roles to; the bootstrap creates them before the stack. */
function principalSettings({ identities }: Facts, stack: string): Record<string, string> {
  const settings = {
    deployPrincipal: "deploy",
    releasePrincipal: "release",
    watchPrincipal: "watch",
  } as const;
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, duty]) => {
      const found = identities.get(signInName(duty, stack));
      return found === undefined ? [] : [[`mlops:${key}`, found.principalId]];
    }),
  );
}

function settingsOf({ target, facts, folder, settings }: StackScope, stack: string): Step {
  const file = new StackFile(folder, stack);
  const wanted = (): Record<string, string> => ({
    ...settings,
    ...ownSettings(target, stack, facts.pipelines.get("mlops-release")),
    ...principalSettings(facts, stack),
  });
  return {
    name: `settings of stack ${stack}`,
    describe: file.name,
    find: () =>
      Promise.resolve(facts.pipelines.has("mlops-release") ? stateOf(wanted(), file.settings()) : absent),
    create: () => Promise.resolve(file.set(wanted())),
  };
}

/** Runs Pulumi again until access is granted: a role assignment takes minutes to take effect. */
async function untilAllowed(
  { run, folder, target, pauseMs }: StackScope,
  args: readonly string[],
): Promise<void> {
  const env = { PULUMI_BACKEND_URL: stateNames(target).backend, PULUMI_SKIP_UPDATE_CHECK: "true" };
  for (let attempt = 1; ; attempt += 1) {
    const { code, output } = await run("pulumi", args, { folder, env });
    if (code === 0) return;
    if (!notYet.test(output) || attempt >= attempts) {
      const last = output.trim().split("\n").slice(-5).join(" ").slice(0, 400);
      throw new PlatformError(
        "AZURE_FAILED",
        `\`pulumi ${args.join(" ")}\` failed: ${last}. Expected the Pulumi CLI version of package.json and an identity that can write the state. Run \`npm run doctor\`, and then the same command again: it resumes here.`,
      );
    }
    await pause(pauseMs);
  }
}

function stackOf(scope: StackScope, stack: string): Step {
  const file = new StackFile(scope.folder, stack);
  const secretsProvider = stateNames(scope.target).secretsProviderOf(stack);
  return {
    name: `stack ${stack}`,
    describe: "empty, with its secrets encrypted by the key",
    find: () => Promise.resolve(file.secretsProvider() === secretsProvider ? exists : absent),
    create: async () => {
      const provider = ["--secrets-provider", secretsProvider, "--non-interactive"];
      await untilAllowed(scope, ["stack", "select", "--stack", stack, "--create", ...provider]);
      // An existing stack is only selected, and its file is not written.
      if (file.secretsProvider() === secretsProvider) return;
      await untilAllowed(scope, [
        "stack",
        "change-secrets-provider",
        secretsProvider,
        "--stack",
        stack,
        "--non-interactive",
      ]);
    },
  };
}

/** The stacks, still empty; pipelines create their resources. */
export function stackSteps(scope: StackScope): Step[] {
  return scope.target.environments.flatMap(({ name }) => [settingsOf(scope, name), stackOf(scope, name)]);
}
