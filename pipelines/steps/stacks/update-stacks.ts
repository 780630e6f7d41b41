import path from "node:path";
import { PlatformError } from "../../../platform/base/errors";
import { runStep, type StepContext } from "../base/step";
import { environmentOption } from "./environment-option";
import { runPulumi } from "./run-pulumi";
import { keepScoringKeys } from "./scoring-keys";
import { findServingStack, ownStack, type EnvironmentStack } from "./stack-projects";

interface Request {
  readonly verb: "up" | "destroy";
  readonly stack: string;
  /** Further Pulumi arguments, for the environment's own stack. */
  readonly rest: readonly string[];
}

function requestOf([verb, ...words]: readonly string[]): Request {
  if (verb === "up" || verb === "destroy") return { verb, ...environmentOption(words) };
  throw new PlatformError(
    "USAGE",
    `The request is "${verb ?? "(none)"}". Expected up or destroy. Run \`npm run infra:up -- --stack <name>\`, or the same with infra:destroy.`,
  );
}

function wordsOf({ verb, stack, rest }: Request, { folder }: EnvironmentStack): string[] {
  // The outputs include the texts of all pipelines; `pulumi stack output` shows them on request.
  const policies =
    verb === "up" ? ["--policy-pack", path.resolve("infra", "policy"), "--suppress-outputs"] : [];
  // Settings given here go into the settings file, which both stacks share.
  const more = folder === "." ? rest : [];
  return [verb, "--yes", "--stack", stack, "--cwd", folder, ...policies, ...more];
}

/**
 * `npm run infra:up -- --stack <name>`: updates an environment and then its serving stack, which reads the environment's
 * outputs. `infra:destroy` removes both in reverse order, if a preview shows that the environment can be destroyed.
 */
async function update(context: StepContext): Promise<void> {
  const request = requestOf(process.argv.slice(2));
  const serving = await findServingStack(request.stack, context);
  const stacks = [ownStack(request.stack), ...(serving ? [serving] : [])];
  // If the environment is protected, the preview fails, so its serving stack is kept, too.
  if (request.verb === "destroy" && serving)
    await runPulumi(["destroy", "--preview-only", "--stack", request.stack, "--cwd", "."], context);
  for (const stack of request.verb === "up" ? stacks : stacks.reverse()) {
    context.print(`${request.verb}: ${stack.title}`);
    await runPulumi(wordsOf(request, stack), context);
    // Before what serves, which reads them when it starts.
    if (request.verb === "up" && stack.folder === ".") await keepScoringKeys(request.stack, context);
  }
}

if (require.main === module) void runStep(update);
