import { appendFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError } from "../../../platform/base/errors";
import { withTemporaryFolder } from "../../../platform/base/files";
import { describeRefusals } from "../../../platform/release/refusals";
import { readModelMetrics } from "../../../platform/model/model-directory";
import { formatModelRef, parseModelRef, type ModelRef } from "../../../platform/definition/model-ref";
import { defaultModel } from "../../../platform/release/default-model";
import { readEnvironments } from "../../../platform/release/environments";
import { openRegistry } from "../../../platform/registry/open-registry";
import type { Registry } from "../../../platform/registry/registry";
import { findRecord } from "../../../platform/base/stored-record";
import { describeInMarkdown, describeRequest, type ApprovalRequest, type Measured } from "./approval-message";
import { writeComment } from "../comments/comments";
import { findComments } from "../comments/find-comments";
import { jobLinkOf } from "../../../platform/base/job-link";
import { locateRegistry } from "./stack-registry";
import { requireVariable, runStep, type StepContext, warn } from "../base/step";
import { findWebhook, postToWebhook } from "./webhook";

/** The part of `release.json` that is used here; `mlops package --output` writes the file, and stages pass it on. */
const releaseSchema = z.object({
  release: z.object({ model: z.string() }),
  tests: z
    .record(
      z.string(),
      z.object({
        smoke: z.number().nullish(),
        load: z.object({ requests: z.number(), failures: z.number() }).nullish(),
      }),
    )
    .nullish(),
});

type Tests = NonNullable<z.output<typeof releaseSchema>["tests"]>;

interface Waiting {
  readonly ref: ModelRef;
  /** Summary of its tests, in a sentence. */
  readonly tested?: string;
  /** Environments in which it has not been tested yet. */
  readonly untested: readonly string[];
}

/** Summary of the test results, with names of environments if there are several. */
function describeTests(tests: Tests): string | undefined {
  const several = Object.keys(tests).length > 1;
  const shown = Object.entries(tests).flatMap(([environment, { smoke, load }]) => {
    const where = several ? ` in ${environment}` : "";
    return [
      ...(smoke ? [`${smoke} smoke checks passed${where}`] : []),
      ...(load ? [`${load.failures} of ${load.requests} requests failed under load${where}`] : []),
    ];
  });
  return shown.length > 0 ? shown.join(", ") : undefined;
}

async function readRelease(file: string, env: NodeJS.ProcessEnv): Promise<Waiting> {
  const remedy =
    "Expected a file written by `mlops package --output`. Download that artifact, or correct RELEASE.";
  const found = await findRecord(file, releaseSchema, remedy);
  if (found === undefined) throw new PlatformError("NOT_FOUND", `There is no release in ${file}. ${remedy}`);
  const tests = found.tests ?? {};
  const tested = describeTests(tests);
  return {
    ref: parseModelRef(found.release.model),
    ...(tested !== undefined && { tested }),
    untested: readEnvironments(env).testing.filter((environment) => !tests[environment]?.load),
  };
}

/** The waiting release: from the file RELEASE, or MODEL_VERSION, which is `diabetes:3`, or `3` of the stack's model. */
async function findWaiting(env: NodeJS.ProcessEnv): Promise<Waiting> {
  if (env.RELEASE) return readRelease(env.RELEASE, env);
  const version = requireVariable(env, "MODEL_VERSION", "a version, `diabetes:3` (or RELEASE, a file)");
  return {
    ref: parseModelRef(version.includes(":") ? version : `${defaultModel(env)}:${version}`),
    untested: [],
  };
}

interface Downloaded extends Measured {
  readonly directory: string;
}

async function download(registry: Registry, ref: ModelRef, folder: string): Promise<Downloaded> {
  const directory = path.join(folder, String(ref.version));
  await registry.download(ref, directory);
  const { heldOut } = await readModelMetrics(directory);
  return { model: formatModelRef(ref), metrics: heldOut.metrics, directory };
}

async function requestOf(context: StepContext, { ref, tested }: Waiting): Promise<ApprovalRequest> {
  const { env, print } = context;
  const registry = openRegistry(await locateRegistry(context), { report: (error) => print(error.message) });
  return withTemporaryFolder("mlops-notify-", async (folder) => {
    const candidate = await download(registry, ref, folder);
    const served = await registry.findAlias(ref.name, "champion");
    const isOther = served !== undefined && served.version !== ref.version;
    const champion = isOther ? await download(registry, served, folder) : undefined;
    return {
      candidate,
      champion,
      tests: tested,
      refusals: champion && (await describeRefusals(champion, candidate.directory)),
      link: jobLinkOf(env),
    };
  });
}

/** Adds the request to the run's summary page, where approvers decide. */
async function writeSummary(markdown: string, { env, print }: StepContext): Promise<void> {
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, markdown);
  if (env.TF_BUILD === undefined || !env.AGENT_TEMPDIRECTORY) return;
  const file = path.join(env.AGENT_TEMPDIRECTORY, "Approval.md");
  await writeFile(file, markdown);
  print.command(`##vso[task.uploadsummary]${file}`);
}

/** Tells somebody elsewhere. That this fails is told in the log and stops no release: whoever approves sees it waiting in any case. */
async function tell(work: () => Promise<string>, context: StepContext): Promise<void> {
  const { print } = context;
  try {
    print(await work());
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    print(`The approvers were not told: ${error.message}`);
    warn(error.message, context);
  }
}

/** `npm run release:notify`: notifies the approvers of a waiting release; always prints the request, too. */
async function notify(context: StepContext): Promise<void> {
  const { env, secrets, print } = context;
  const webhook = findWebhook(env);
  const waiting = await findWaiting(env);
  if (waiting.untested.length > 0) {
    // Every test stage ends with this step; approvers are notified after the last one.
    print(
      `${formatModelRef(waiting.ref)} still has to be tested in ${waiting.untested.join(" and ")}. The approvers are not notified yet.`,
    );
    return;
  }
  const request = await requestOf(context, waiting);
  print(describeRequest(request));
  const markdown = describeInMarkdown(request);
  await writeSummary(markdown, context);
  const comments = findComments(env, { secrets });
  if (comments !== undefined) {
    await tell(async () => {
      const done = await writeComment(comments, `approval ${request.candidate.model}`, markdown);
      return `The comment on ${comments.place} was ${done}.`;
    }, context);
  }
  if (webhook === undefined) return;
  await tell(async () => {
    await postToWebhook(webhook, request);
    return `The approvers have been notified through ${new URL(webhook.url).host}.`;
  }, context);
}

if (require.main === module) void runStep(notify);
