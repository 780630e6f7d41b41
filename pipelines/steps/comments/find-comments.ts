import { azureDevOpsComments } from "./azure-devops-comments";
import type { CommentOptions, Comments, Env } from "./comments";
import { githubComments } from "./github-comments";

/** Comments of the job's pull request; undefined if it has none, or no token to write with. */
export function findComments(env: Env, options: CommentOptions): Comments | undefined {
  return azureDevOpsComments(env, options) ?? githubComments(env, options);
}
