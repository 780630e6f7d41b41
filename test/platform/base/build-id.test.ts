import { buildIdOf } from "../../../platform/base/build-id";

test.each<[string, Record<string, string>, string]>([
  [
    "Azure Pipelines",
    { SYSTEM_COLLECTIONURI: "https://dev.azure.com/contoso/", BUILD_BUILDID: "42", SYSTEM_STAGEATTEMPT: "2" },
    "https-dev.azure.com-contoso-42",
  ],
  [
    "GitHub",
    { GITHUB_REPOSITORY: "contoso/models", GITHUB_RUN_ID: "7", GITHUB_RUN_ATTEMPT: "2" },
    "contoso-models-7",
  ],
  ["Jenkins", { BUILD_TAG: "jenkins-models/main-7" }, "jenkins-models-main-7"],
  ["Travis", { TRAVIS_REPO_SLUG: "contoso/models", TRAVIS_BUILD_ID: "7" }, "contoso-models-7"],
])("a build of %s has the same id when its job is run again", (_system, env, id) => {
  expect(buildIdOf(env)).toBe(id);
});

test("outside of a pipeline there is none, and a long name keeps its end, which differs", () => {
  expect(buildIdOf({})).toBeUndefined();
  expect(buildIdOf({ BUILD_BUILDID: "42" })).toBeUndefined();
  const long = buildIdOf({ BUILD_TAG: `jenkins-${"a/".repeat(100)}-7` }) ?? "";
  // As `mlops retrain --request` takes it.
  expect(long).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/);
  expect(long).toMatch(/-7$/);
});
