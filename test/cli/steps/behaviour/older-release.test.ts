import { CommandScope } from "../../../../cli/commands/command-scope";
import { runCli } from "../../../../cli/commands/program";
import { approveStep } from "../../../../cli/steps/approve-step";
import { releaseStep } from "../../../../cli/steps/canary-step";
import type { RunContext } from "../../../../cli/steps/step";
import { digestOf } from "../../../../platform/base/files";

// The module itself: what is imported of it is not what others of its users get.
const releases =
  require("../../../../cli/steps/release-of-run") as typeof import("../../../../cli/steps/release-of-run");

const releaseOf = (version: number) => ({
  model: `diabetes:${version}`,
  package: "/nowhere",
  digest: digestOf(String(version)),
});

afterEach(() => jest.restoreAllMocks());

/** A run of version 2, where production serves another; what was done to production is noted. */
function context(serves: number, target: "azure" | "local", older = false) {
  const done: string[] = [];
  const note = (what: string) => () => Promise.reject(new Error((done.push(what), `${what} was reached`)));
  const stable = releaseOf(serves);
  return {
    done,
    context: {
      older,
      yes: true,
      run: {
        release: releaseOf(2),
        version: "diabetes:2",
        approval: { by: "ada", at: "2026-11-28" },
        tests: {},
      },
      definition: { name: "diabetes", canary: { minRequests: 100, weights: [10] } },
      session: {
        signal: new AbortController().signal,
        environments: { production: "prod", testing: [], training: "qa" },
        registry: { get: note("judging") },
        audit: { record: note("approval") },
      },
      target: {
        hasClients: target === "azure",
        deployer: { status: () => Promise.resolve({ environment: "prod", stable, samples: {} }) },
      },
    } as unknown as RunContext,
  };
}

describe.each(["azure", "local"] as const)("a release in %s", (target) => {
  beforeEach(() => {
    jest.spyOn(releases, "passedTests").mockResolvedValue(releaseOf(2));
  });

  test.each([
    ["is not approved", approveStep],
    ["does not pass the canary", releaseStep],
  ])("that is older than what production serves %s", async (_, step) => {
    const made = context(3, target);
    await expect(step.run(made.context)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/^diabetes:2 is older than diabetes:3, which prod serves\./),
    });
    expect(made.done).toEqual([]);
  });

  test.each([
    ["that is newer", 1, false],
    ["that is older, as is meant", 3, true],
  ])("%s goes on", async (_, serves, older) => {
    const made = context(serves, target, older);
    await expect(releaseStep.run(made.context)).rejects.toThrow("judging was reached");
    expect(made.done).toEqual(["judging"]);
  });
});

test.each([
  [["deploy", "diabetes:1", "--environment", "prod", "--weight", "10"]],
  [["canary", "advance"]],
  [["canary", "promote"]],
  [["release", "diabetes:1"]],
  [["promote", "diabetes:1"]],
])("%j takes --older with a reason alone", async (words) => {
  await expect(runCli(new CommandScope(), ["node", "mlops", ...words, "--older"])).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("Expected --reason beside it"),
  });
});
