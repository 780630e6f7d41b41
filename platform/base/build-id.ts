/**
 * What a run of a pipeline is called, the same when its jobs are run again, on the CI systems that pipelines/ supports; undefined outside
 * of one.
 */
export function buildIdOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { SYSTEM_COLLECTIONURI, BUILD_BUILDID, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  const { BUILD_TAG, TRAVIS_REPO_SLUG, TRAVIS_BUILD_ID } = env;
  const parts =
    [
      [SYSTEM_COLLECTIONURI, BUILD_BUILDID],
      [GITHUB_REPOSITORY, GITHUB_RUN_ID],
      // Jenkins names the job and the number of the build in one.
      [BUILD_TAG],
      [TRAVIS_REPO_SLUG, TRAVIS_BUILD_ID],
    ].find((names) => names.every(Boolean)) ?? [];
  // The end is what differs from build to build.
  const id = parts
    .join("-")
    .replace(/[^\w.]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(-128)
    .replace(/^[^A-Za-z0-9]+/, "");
  return id === "" ? undefined : id;
}
