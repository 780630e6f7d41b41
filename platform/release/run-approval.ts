import { z } from "zod";
import { PlatformError } from "../base/errors";
import { jobLinkOf } from "../base/job-link";
import { HttpClient } from "../http/http-client";
import type { RetryTiming } from "../http/retries";

type Env = Readonly<Record<string, string | undefined>>;

/** Who has approved a pipeline's run, to be recorded. */
export interface RunApproval {
  /** Names, and the address of the run. */
  readonly by: string;
  /** Why the names are missing, if they are. */
  readonly unknown?: string;
}

const record = z.object({
  id: z.string(),
  parentId: z.string().nullish(),
  type: z.string(),
  identifier: z.string().nullish(),
  name: z.string().nullish(),
});
const timelineSchema = z.object({ records: z.array(record).nullish() });
type TimelineRecord = z.output<typeof record>;

const person = z.object({ displayName: z.string().nullish(), uniqueName: z.string().nullish() });
const approvalsSchema = z.object({
  value: z.array(
    z.object({
      steps: z.array(z.object({ status: z.string().nullish(), actualApprover: person.nullish() })).nullish(),
    }),
  ),
});

/** Ids of the approvals that a stage has waited for: records of its checkpoint, which have the approvals' own ids. */
function approvalIds(records: readonly TimelineRecord[], stage: string | undefined): string[] {
  const byId = new Map(records.map((each) => [each.id, each]));
  const stageOf = (each: TimelineRecord): TimelineRecord | undefined => {
    let at: TimelineRecord | undefined = each;
    while (at !== undefined && at.type !== "Stage") at = byId.get(at.parentId ?? "");
    return at;
  };
  return records
    .filter(({ type }) => type === "Checkpoint.Approval")
    .filter((each) => {
      const of = stageOf(each);
      return stage === undefined || of === undefined || of.identifier === stage || of.name === stage;
    })
    .map(({ id }) => id);
}

function nameOf({ displayName, uniqueName }: z.output<typeof person>): string | undefined {
  if (!displayName) return uniqueName ?? undefined;
  return uniqueName && uniqueName !== displayName ? `${displayName} (${uniqueName})` : displayName;
}

/** Names of those who approved the stage that runs now, each once. */
async function approversOf(env: Env, timing: Partial<RetryTiming> | undefined): Promise<string[]> {
  const { SYSTEM_COLLECTIONURI: collection = "", SYSTEM_TEAMPROJECT: project = "" } = env;
  const { BUILD_BUILDID: build = "", SYSTEM_ACCESSTOKEN: token, SYSTEM_STAGENAME: stage } = env;
  const client = new HttpClient({
    name: "Azure DevOps",
    code: "REMOTE_FAILED",
    headers: { accept: "application/json" },
    ...(token !== undefined && token !== "" && { token: () => Promise.resolve(token) }),
    timing,
  });
  const base = `${collection.replace(/\/?$/, "/")}${encodeURIComponent(project)}/_apis`;
  const timeline = await client.call({
    what: "The timeline of the run",
    method: "GET",
    url: `${base}/build/builds/${encodeURIComponent(build)}/timeline?api-version=7.1`,
    answer: timelineSchema,
  });
  const ids = approvalIds(timeline.records ?? [], stage);
  if (ids.length === 0) return [];
  // "Approvals - Query" of the REST API 7.1 needs the scope vso.build, which a job's token has for its own project.
  const { value } = await client.call({
    what: "The approvals of the run",
    method: "GET",
    url: `${base}/pipelines/approvals?approvalIds=${ids.join(",")}&$expand=steps&api-version=7.1`,
    answer: approvalsSchema,
  });
  const names = value
    .flatMap(({ steps }) => steps ?? [])
    .filter(({ status }) => status === "approved")
    .flatMap(({ actualApprover }) => (actualApprover ? (nameOf(actualApprover) ?? []) : []));
  return [...new Set(names)];
}

/**
 * Who has approved the run of Azure Pipelines that this process belongs to: by name as Azure DevOps has it, or, where the job's token may not
 * read that, the environment's approvers, whom the run's page names. Throws USAGE outside a run.
 */
export async function approvalOfRun(
  env: Env,
  { environment, timing }: { readonly environment: string; readonly timing?: Partial<RetryTiming> },
): Promise<RunApproval> {
  const link = jobLinkOf(env);
  if (link === undefined || !env.SYSTEM_COLLECTIONURI || !env.BUILD_BUILDID) {
    throw new PlatformError(
      "USAGE",
      "This is no run of Azure Pipelines, so nobody can have approved it. Say with --approved-by who has approved the release.",
    );
  }
  const somebody = `approvers of ${environment}, ${link}`;
  try {
    const names = await approversOf(env, timing);
    if (names.length > 0) return { by: `${names.join(", ")}, ${link}` };
    return { by: somebody, unknown: "The run has no approval by a person." };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { by: somebody, unknown: error.message };
  }
}
