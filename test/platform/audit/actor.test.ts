import os from "node:os";
import { actorOf, userName } from "../../../platform/audit/actor";

const here = { host: os.hostname(), process: process.pid };

test.each([
  ["a person at a terminal", {}, { who: userName(), ...here }],
  [
    "a build of Azure Pipelines",
    {
      BUILD_REQUESTEDFOR: "Ada",
      SYSTEM_COLLECTIONURI: "https://dev.azure.com/org/",
      SYSTEM_TEAMPROJECT: "p",
      BUILD_BUILDID: "7",
    },
    { who: "Ada", ...here, job: "https://dev.azure.com/org/p/_build/results?buildId=7" },
  ],
  [
    "somebody who is signed in to the dashboard",
    { MLOPS_ACTOR: "ann@example.com" },
    { who: "ann@example.com", ...here },
  ],
  [
    "a run of GitHub Actions",
    {
      GITHUB_ACTOR: "grace",
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "o/r",
      GITHUB_RUN_ID: "9",
    },
    { who: "grace", ...here, job: "https://github.com/o/r/actions/runs/9" },
  ],
  [
    "a job of Azure Machine Learning",
    { AZUREML_RUN_ID: "brave_kite" },
    { who: userName(), ...here, job: "brave_kite" },
  ],
])("names %s", (_, env, expected) => {
  expect(actorOf(env)).toEqual(expected);
});

test("names a user without a name by its number", () => {
  jest.spyOn(os, "userInfo").mockImplementation(() => {
    throw Object.assign(new Error("no entry"), { code: "ENOENT" });
  });
  expect(userName()).toBe(`user ${process.getuid?.()}`);
  jest.restoreAllMocks();
});
