import * as pulumi from "@pulumi/pulumi";
import { waitUntilInEffect } from "../../../infra/components/foundation/roles-in-effect";
import { registered, type Registered } from "../mocks";
import { releases, runEnvironment, runServing, type ProgramRun } from "../programs";

const now = Date.parse("2026-11-28T12:00:00Z");
const assignedAt = "2026-11-28T11:58:00.0000000Z";
const realTimeout = globalThis.setTimeout;

/** Waits of more than a second, in milliseconds, each followed by what was made after it. */
interface Watched {
  readonly waits: readonly number[];
  readonly madeBefore: ReadonlySet<string>;
  readonly run: ProgramRun;
}

/** Runs a program by a clock of the test's own, by which long waits end at once. */
async function watch(
  program: (observe: (resource: Registered) => void) => Promise<ProgramRun>,
): Promise<Watched> {
  const waits: number[] = [];
  const waiting: (() => void)[] = [];
  const madeBefore = new Set<string>();
  let open = false;
  jest.spyOn(Date, "now").mockReturnValue(now);
  jest.spyOn(pulumi.log, "info").mockResolvedValue(undefined);
  jest.spyOn(globalThis, "setTimeout").mockImplementation((done: () => void, ms = 0) => {
    if (ms < 1000 || open) return realTimeout(done, ms < 1000 ? ms : 0);
    waits.push(ms);
    waiting.push(done);
    // Long enough for all to be made that does not wait.
    return realTimeout(() => {
      open = true;
      for (const each of waiting.splice(0)) each();
    }, 300);
  });
  try {
    const run = await program(({ type, name }) => {
      if (!open) madeBefore.add(`${type.split(":").pop()} ${name}`);
    });
    return { waits, madeBefore, run };
  } finally {
    jest.restoreAllMocks();
  }
}

const encrypted = {
  "mlops:customerManagedKeys": "true",
  "mlops:cosmosDbPrincipal": "00000000-0000-4000-8000-0000000000cd",
};

test("what acts by new roles when it is made is made when they are ten minutes old", async () => {
  const { waits, madeBefore } = await watch((observe) =>
    runEnvironment("prod", {}, {}, { assignedAt, observe }),
  );
  // The workspace's roles, and those of the cluster.
  expect(waits).toEqual([480_000, 480_000]);
  const made = [...madeBefore];
  expect(made).toEqual(expect.arrayContaining(["StorageAccount mlopsstorage", "Registry mlopsregistry"]));
  expect(made.filter((each) => /^(Workspace workspace|ManagedCluster|Compute)\b/.test(each))).toEqual([]);
});

test("storage and registry wait for the role on the key that encrypts them", async () => {
  const { waits, madeBefore } = await watch((observe) =>
    runEnvironment("qa", encrypted, {}, { assignedAt, observe }),
  );
  expect(waits[0]).toBe(480_000);
  const made = [...madeBefore];
  expect(made).toContain("Key mlops-key");
  expect(made.filter((each) => /^(StorageAccount mlopsstorage|Registry mlopsregistry)$/.test(each))).toEqual(
    [],
  );
});

test("a preview does not wait", async () => {
  const { waits } = await watch(async () => {
    await registered(() => waitUntilInEffect([assignedAt], "those of a test"), { preview: true });
    return {} as ProgramRun;
  });
  expect(waits).toEqual([]);
});

test.each([
  ["old roles", { assignedAt: "2026-11-28T09:00:00Z" }],
  ["roles of unknown age", {}],
])("%s: nothing waits", async (_, options) => {
  const { waits } = await watch(() => runEnvironment("prod", encrypted, {}, options));
  expect(waits).toEqual([]);
});

test("a container group waits for the roles that the environment gave last", async () => {
  const { run } = await watch(() => runEnvironment("qa", {}, {}, { assignedAt }));
  expect(run.outputs.serving.rolesAssignedAt).toBe(assignedAt);
});

test.each([
  ["new", assignedAt, false, [480_000]],
  ["old", "2026-11-27T11:58:00Z", false, []],
  ["new, in a preview", assignedAt, true, []],
])("a container group of roles that are %s", async (_, rolesAssignedAt, preview, expected) => {
  const { outputs } = await runEnvironment("qa");
  const environment = { ...outputs, serving: { ...outputs.serving, rolesAssignedAt } };
  const release = JSON.stringify(releases.qa);
  const { waits, madeBefore, run } = await watch((observe) =>
    runServing("qa", { environment, release, preview, observe }),
  );
  expect(waits).toEqual(expected);
  if (expected.length > 0) expect([...madeBefore]).not.toContain("ContainerGroup scoring");
  expect(run.resources.map(({ type }) => type.split(":").pop())).toContain("ContainerGroup");
});
