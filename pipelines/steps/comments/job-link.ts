import type { Env } from "./comments";

/** Where the log of this job is, on the systems whose files are in pipelines/. */
export function jobLinkOf(env: Env): string | undefined {
  const { SYSTEM_COLLECTIONURI, SYSTEM_TEAMPROJECT, BUILD_BUILDID } = env;
  if (SYSTEM_COLLECTIONURI && SYSTEM_TEAMPROJECT && BUILD_BUILDID) {
    const project = encodeURIComponent(SYSTEM_TEAMPROJECT);
    return `${SYSTEM_COLLECTIONURI.replace(/\/?$/, "/")}${project}/_build/results?buildId=${encodeURIComponent(BUILD_BUILDID)}`;
  }
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  if (GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_RUN_ID) {
    return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
  }
  return env.BUILD_URL ?? env.TRAVIS_BUILD_WEB_URL;
}
