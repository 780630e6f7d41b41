import { azureDevOpsComments } from "./azure-devops-comments";
import type { CommentOptions, Comments, Env } from "./comments";
import { githubComments } from "./github-comments";

/** The comments of the pull request that this job runs for; absent when it runs for none, or has no token to write. */
export function findComments(env: Env, options: CommentOptions): Comments | undefined {
  return azureDevOpsComments(env, options) ?? githubComments(env, options);
}
