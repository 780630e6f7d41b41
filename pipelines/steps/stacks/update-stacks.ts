import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { PlatformError } from "../../../platform/base/errors";
import { runStep, type StepContext } from "../base/step";
import { environmentOption } from "./environment-option";
import { keepScoringKeys } from "./scoring-keys";
import { findServingStack, ownStack, type EnvironmentStack } from "./stack-projects";

interface Request {
  readonly verb: "up" | "destroy";
  readonly stack: string;
  /** For the environment's own stack: what Pulumi takes beside that. */
  readonly rest: readonly string[];
}

function requestOf([verb, ...words]: readonly string[]): Request {
  if (verb === "up" || verb === "destroy") return { verb, ...environmentOption(words) };
  throw new PlatformError(
    "USAGE",
    `${verb ?? "Nothing"} is asked for. Expected up or destroy. Run \`npm run infra:up -- --stack <name>\`, or infra:destroy in its place.`,
  );
}

async function pulumi(words: readonly string[], { env }: StepContext): Promise<void> {
  const child = spawn("pulumi", words, { env, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `\`pulumi ${words.slice(0, 4).join(" ")}\` ended with exit code ${code ?? "of a signal"}; what is wrong is above. Correct it, and run the same command again: it goes on from here.`,
  );
}

function wordsOf({ verb, stack, rest }: Request, { folder }: EnvironmentStack): string[] {
  // Among the outputs are the texts of all pipelines: `pulumi stack output` shows them to who asks.
  const policies =
    verb === "up" ? ["--policy-pack", path.resolve("infra", "policy"), "--suppress-outputs"] : [];
  // Settings that are given here are written into the file of settings, which both stacks have.
  const more = folder === "." ? rest : [];
  return [verb, "--yes", "--stack", stack, "--cwd", folder, ...policies, ...more];
}

/**
 * `npm run infra:up -- --stack <name>`: updates an environment, and then what serves in it, which takes its settings from
 * there. `infra:destroy` removes both, the other way round, once the environment says that it may go.
 */
async function update(context: StepContext): Promise<void> {
  const request = requestOf(process.argv.slice(2));
  const serving = await findServingStack(request.stack, context);
  const stacks = [ownStack(request.stack), ...(serving ? [serving] : [])];
  // A protected environment stays, and so does what serves in it: the preview fails before anything is touched.
  if (request.verb === "destroy" && serving)
    await pulumi(["destroy", "--preview-only", "--stack", request.stack, "--cwd", "."], context);
  for (const stack of request.verb === "up" ? stacks : stacks.reverse()) {
    context.print(`${request.verb}: ${stack.title}`);
    await pulumi(wordsOf(request, stack), context);
    // Before what serves, which reads them when it starts.
    if (request.verb === "up" && stack.folder === ".") await keepScoringKeys(request.stack, context);
  }
}

if (require.main === module) void runStep(update);
