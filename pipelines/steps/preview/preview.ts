import path from "node:path";
import { PlatformError } from "../../../platform/base/errors";
import { readEnvironments } from "../../../platform/release/environments";
import { writeComment } from "../comments/comments";
import { findComments } from "../comments/find-comments";
import { missingForGithub } from "../comments/github-comments";
import { jobLinkOf } from "../../../platform/base/job-link";
import { readPreview, type StackPreview } from "./preview-changes";
import { renderPreviews, summarize } from "./preview-markdown";
import { runPreview } from "./run-preview";
import { maskText } from "../base/mask";
import { requireVariable, runStep, warn, type StepContext } from "../base/step";
import { findServingStack, ownStack, type EnvironmentStack } from "../stacks/stack-projects";

/** Timeout of the preview of a stack. */
const timeoutMs = 20 * 60_000;
/** Character limit for the job's log, which has room for everything. */
const unlimited = 10_000_000;

function stacksOf(env: NodeJS.ProcessEnv): readonly string[] {
  const given = requireVariable(env, "STACK", "a stack, several stacks separated by commas, or `all`");
  if (given === "all") return readEnvironments(env).names;
  const stacks = given.split(/[\s,]+/);
  const wrong = stacks.filter((stack) => !/^[\w.-]+(\/[\w.-]+){0,2}$/.test(stack));
  if (wrong.length === 0) return stacks;
  throw new PlatformError(
    "SETTINGS_INVALID",
    `STACK has "${wrong.join('", "')}". Expected names of stacks, separated by commas. Correct it.`,
  );
}

async function previewAll(stacks: readonly string[], context: StepContext) {
  const { env, secrets, print } = context;
  const policies = path.resolve("infra", "policy");
  const previews: StackPreview[] = [];
  const add = (preview: StackPreview): void => {
    print(`${preview.stack}: ${summarize(preview).replaceAll("**", "")}`);
    previews.push(preview);
  };
  for (const stack of stacks) {
    const previewOf = async ({ title, folder }: EnvironmentStack): Promise<void> => {
      const project = path.resolve(folder);
      const output = await runPreview({ stack, project, policies, env, secrets, timeoutMs });
      add(readPreview({ ...output, stack: title }));
    };
    try {
      await previewOf(ownStack(stack));
      const serving = await findServingStack(stack, context);
      if (serving !== undefined) await previewOf(serving);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== "REMOTE_FAILED") throw error;
      // The comment still previews the other stacks, and says why this one failed.
      add({ stack, changes: [], unchanged: 0, findings: [], errors: [maskText(error.message, secrets)] });
    }
  }
  return previews;
}

/** `npm run infra:preview`: prints what an update would change and, for a pull request, writes it into one comment. */
async function preview(context: StepContext): Promise<void> {
  const { env, secrets, print } = context;
  const stacks = stacksOf(env);
  const previews = await previewAll(stacks, context);
  print(`\n${renderPreviews(previews, { max: unlimited })}`);
  const comments = findComments(env, { secrets });
  if (comments === undefined) {
    const missing = missingForGithub(env);
    if (missing !== undefined) {
      print(missing);
      warn(missing, context);
    }
  } else {
    const text = renderPreviews(previews, { max: comments.max, log: jobLinkOf(env) });
    const done = await writeComment(comments, `preview ${stacks.join(",")}`, text);
    print(`The comment on ${comments.place} was ${done}.`);
  }
  const failed = previews.filter(
    ({ errors, findings }) => errors.length > 0 || findings.some(({ level }) => level === "mandatory"),
  );
  if (failed.length > 0) process.exitCode = 1;
}

if (require.main === module) void runStep(preview);
