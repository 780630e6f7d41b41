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
  /** Where the stacks' files are. */
  readonly folder: string;
  /** Settings of all stacks that were given, by `mlops:<key>`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly run: RunProgram;
  /** Between attempts, while roles that were just given do not hold yet. */
  readonly pauseMs: number;
}

/** Azure takes up to ten minutes to let a new role hold. */
const attempts = 40;
const notYet = /\b403\b|Forbidden|AuthorizationPermissionMismatch|AuthorizationFailure|not authorized/i;

/** What a stack's file has to say beside the user's own settings. */
export function ownSettings(target: Target, releasePipelineId: number | undefined): Record<string, string> {
  return {
    "azure-native:location": target.location,
    "mlops:devOpsProject": `${target.organisation}/${target.project}`,
    ...(releasePipelineId !== undefined && { "mlops:releasePipelineId": String(releasePipelineId) }),
  };
}

/** The identities of pipelines that the stack assigns roles to: the bootstrap makes them before there is a stack. */
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
    ...ownSettings(target, facts.pipelines.get("mlops-release")),
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

/** Runs Pulumi until it may: a role holds minutes after it was given. */
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
        `\`pulumi ${args.join(" ")}\` failed: ${last}. Expected the Pulumi CLI of package.json and an identity that may write the state. See \`npm run doctor\`, and run the same command again: it goes on from here.`,
      );
    }
    await pause(pauseMs);
  }
}

function stackOf(scope: StackScope, stack: string): Step {
  const file = new StackFile(scope.folder, stack);
  const { secretsProvider } = stateNames(scope.target);
  return {
    name: `stack ${stack}`,
    describe: "empty; its secrets are encrypted with the key",
    find: () => Promise.resolve(file.secretsProvider() === secretsProvider ? exists : absent),
    create: async () => {
      const provider = ["--secrets-provider", secretsProvider, "--non-interactive"];
      await untilAllowed(scope, ["stack", "select", "--stack", stack, "--create", ...provider]);
      // A stack that was there already is only selected, and its file not written.
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

/** The stacks themselves, without anything in them yet: pipelines do the rest. */
export function stackSteps(scope: StackScope): Step[] {
  return scope.target.environments.flatMap(({ name }) => [settingsOf(scope, name), stackOf(scope, name)]);
}
