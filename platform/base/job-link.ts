/** URL of this job's log, on the CI systems that pipelines/ supports. */
export function jobLinkOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
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
