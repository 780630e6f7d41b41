import { testCanary } from "../../../cli/steps/canary-step";
import { packageStep, smokeStep, verifyStep } from "../../../cli/steps/release-steps";
import type { RunRecord } from "../../../cli/runs/runs";
import type { RunContext } from "../../../cli/steps/step";
import { openLocalRegistry } from "../../../platform/registry/local/local-registry";
import type { PackagedRelease } from "../../../platform/release/deployment";
import { makeModelDirectory } from "../../platform/registry/model-fixture";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { digestOf } from "../../../platform/base/files";
import { writeCostModel } from "../../scoring/model-fixture";
import { startServer, type SmallServer } from "../../platform/http/http-server";

// The module itself: what is imported of it is not what others of its users get.
const newAddress =
  require("../../../deploy/tests/new-address") as typeof import("../../../deploy/tests/new-address");
const folder = useTemporaryFolder();
const pushed = `registry.example/diabetes@sha256:${"1".repeat(64)}`;

/** What the target was given to publish, and the run after it. */
async function packaged(run: Partial<RunRecord>): Promise<{ given: PackagedRelease; run: RunRecord }> {
  const published: PackagedRelease[] = [];
  const context = {
    session: {
      registry: openLocalRegistry(folder("registry"), { report: () => undefined }),
      workspace: { packages: folder("packages") },
      settings: {},
    },
    run: { id: "r", model: "diabetes", version: "diabetes:1", ...run } as RunRecord,
    target: {
      publish: (release: PackagedRelease) => {
        published.push(release);
        return Promise.resolve({ ...release, image: release.image ?? pushed });
      },
    },
  } as unknown as RunContext;
  await packageStep.run(context);
  const [given] = published;
  if (given === undefined) throw new Error("nothing was published");
  return { given, run: context.run };
}

test("a version that was packaged before is published where it is released to; one that was published keeps its image", async () => {
  const registry = openLocalRegistry(folder("registry"), { report: () => undefined });
  await registry.register("diabetes", await makeModelDirectory(folder("model")), {});
  const first = await packaged({});
  const { image, ...onThisMachine } = first.run.release ?? first.given;
  expect(image).toBe(pushed);
  expect(onThisMachine).toEqual(first.given);

  expect((await packaged({ release: onThisMachine })).run.release).toMatchObject({ image: pushed });
  const other = `registry.example/by-hand@sha256:${"2".repeat(64)}`;
  expect((await packaged({ release: { ...onThisMachine, image: other } })).given.image).toBe(other);
  const stale = { ...onThisMachine, digest: "0".repeat(64) as PackagedRelease["digest"], image: other };
  expect((await packaged({ release: stale })).run.release?.image).toBe(pushed);
});

let production: SmallServer;

beforeEach(async () => {
  // What took all traffic does not answer.
  production = await startServer((_, response) => response.writeHead(503).end("{}"));
  await writeCostModel(folder("model"), 2);
});

afterEach(() => production.close());

const served = (version: number) => ({
  model: `cost:${version}`,
  package: folder(),
  digest: digestOf(`cost:${version}`),
});

/** A run whose release is production's stable version, with or without one before it. */
function released(previous: number | undefined) {
  const done: string[] = [];
  const stop = new AbortController();
  const deployer = {
    status: () =>
      Promise.resolve({
        url: production.url,
        stable: served(2),
        ...(previous !== undefined && { previous: served(previous) }),
      }),
    rollback: (environment: string) => {
      done.push(`rollback in ${environment}`);
      return Promise.resolve({ stable: served(previous ?? 0) });
    },
  };
  const context = {
    target: { deployer, access: () => Promise.resolve({ headers: {}, certificate: "pem" }), addressLagMs: 7 },
    definition: { name: "cost" },
    session: {
      signal: stop.signal,
      environments: { production: "live" },
      registry: {
        setAlias: ({ name, version }: { name: string; version: number }, alias: string) =>
          Promise.resolve(void done.push(`${alias} is ${name}:${version}`)),
      },
    },
    run: { id: "one", release: served(2) },
  } as unknown as RunContext;
  return { context, done, stop };
}

test("production that fails with all traffic goes back to the version before, which is the champion again", async () => {
  const { context, done } = released(1);
  const { ends } = await verifyStep.run(context);
  expect(ends).toMatchObject({
    outcome: "rolled-back",
    explanation: expect.stringMatching(
      /^cost:2 failed its smoke test in live with all traffic, so that cost:1 serves again: ready: GET \/readyz answered 503;/,
    ),
  });
  expect(done).toEqual(["rollback in live", "champion is cost:1"]);
});

test("without a version before, what failed is said, and nothing is changed", async () => {
  const { context, done } = released(undefined);
  await expect(verifyStep.run(context)).rejects.toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringMatching(/^The smoke test in live failed\./),
  });
  expect(done).toEqual([]);
});

test("what cannot be tested with all traffic does not stay either: the version before comes back", async () => {
  const { context, done } = released(1);
  const access = jest.fn().mockRejectedValue(new Error("The vault refuses this identity."));
  const { ends } = await verifyStep.run({ ...context, target: { ...context.target, access } });
  expect(ends).toEqual({
    outcome: "rolled-back",
    explanation:
      "cost:2 could not be tested in live with all traffic, so that cost:1 serves again: The vault refuses this identity.",
  });
  expect(done).toEqual(["rollback in live", "champion is cost:1"]);
});

test.each([
  ["with one before it, which comes back", 1, ["rollback in live", "champion is cost:1"]],
  ["without one", undefined, []],
])("a release that is stopped before it was tested ends as stopped: %s", async (_, previous, expected) => {
  const { context, done, stop } = released(previous);
  stop.abort(new Error("The job was cancelled."));
  await expect(verifyStep.run(context)).rejects.toThrow("The job was cancelled.");
  expect(done).toEqual(expected);
});

test.each([
  ["an environment that tests", (context: RunContext) => smokeStep("live").run(context)],
  ["a canary", (context: RunContext) => testCanary(context, production.url)],
])("%s may answer at an address that is new, and is waited for before it is tested", async (_, run) => {
  const wait = jest.spyOn(newAddress, "untilAnswered").mockResolvedValue();
  await expect(run(released(1).context)).rejects.toMatchObject({ code: "DEPLOYMENT_FAILED" });
  expect(wait.mock.calls).toEqual([
    [production.url, expect.objectContaining({ limitMs: 7, certificate: "pem" })],
  ]);
  wait.mockRestore();
});
