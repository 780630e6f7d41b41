import os from "node:os";
import { z } from "zod";
import { systemErrorCode } from "../base/errors";
import { jobLinkOf } from "../base/job-link";

/** Who has an act done, and from where. */
export const actorSchema = z.strictObject({
  who: z.string().min(1),
  host: z.string(),
  process: z.number().int(),
  /** The job that does it, where one does: the address of a build, or the id of a job in Azure Machine Learning. */
  job: z.string().exactOptional(),
});

export type Actor = Readonly<z.output<typeof actorSchema>>;

/** Variables in which the dashboard, behind a sign-in, and CI systems name the person on whose behalf a process runs. */
const requesters = [
  "MLOPS_ACTOR",
  "BUILD_REQUESTEDFOR",
  "GITHUB_TRIGGERING_ACTOR",
  "GITHUB_ACTOR",
  "BUILD_USER_ID",
];

/** The name of this process's user. In a container the user may be a number alone. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

/** Who this process works for. What it runs as is no proof of a person: whoever may write the trail could write another name. */
export function actorOf(env: NodeJS.ProcessEnv): Actor {
  const requester = requesters.map((name) => env[name]).find((value) => value);
  const job = jobLinkOf(env) ?? env.AZUREML_RUN_ID;
  return {
    who: requester ?? userName(),
    host: os.hostname(),
    process: process.pid,
    ...(job !== undefined && { job }),
  };
}
