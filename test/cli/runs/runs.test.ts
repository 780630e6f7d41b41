import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { Runs, type RunRecord } from "../../../cli/runs/runs";
import { digestOf } from "../../../platform/base/files";
import { ownIdentity } from "../../../platform/base/process-identity";
import type { PlatformError } from "../../../platform/base/errors";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const now = new Date("2026-01-02T03:04:05Z");

function openRuns(): { runs: Runs; reported: string[] } {
  const reported: string[] = [];
  return {
    runs: new Runs(folder("runs"), ({ message }: PlatformError) => reported.push(message)),
    reported,
  };
}

test("lists a model's runs, newest first, and finds each by its id", async () => {
  const { runs, reported } = openRuns();
  const first = await runs.create("diabetes", "/data.csv", now);
  const second = await runs.create("diabetes", "/data.csv", new Date(now.getTime() + 1000));
  await runs.create("titanic", "/data.csv", now);
  expect((await runs.list("diabetes")).map(({ id }) => id)).toEqual([second.id, first.id]);
  expect(await runs.get(first.id)).toEqual(first);
  expect(reported).toEqual([]);
});

test("the newest run is the one that was made last, also after one that a wrong clock dated in the future", async () => {
  const { runs } = openRuns();
  const ahead = await runs.create("diabetes", "/data.csv", new Date("2036-01-01T00:00:00Z"));
  const last = await runs.create("diabetes", "/data.csv", now);
  expect((await runs.list("diabetes")).map(({ id }) => id)).toEqual([last.id, ahead.id]);
  expect((await runs.newest("diabetes", "run", "")).id).toBe(last.id);
  // A record of before has no sequence: whatever its date, what was made since is newer.
  const { sequence, ...before } = { ...ahead, id: "20370101T000000-diabetes-0000" };
  expect(sequence).toBe(1);
  await runs.save(before);
  expect((await runs.list("diabetes")).map(({ id }) => id)).toEqual([last.id, ahead.id, before.id]);
});

test("a run whose process was killed is stopped, one whose process works on it runs", async () => {
  const { runs } = openRuns();
  const run = await runs.create("diabetes", "/data.csv", now);
  expect((await runs.get(run.id)).outcome).toBe("running");
  const file = runs.path(run.id, "run.json");
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ process: { pid: process.pid } });
  const gone = { ...ownIdentity(), pid: 2 ** 22 + 1, startTicks: "1" };
  await writeFile(file, JSON.stringify({ ...run, process: gone }));
  expect(await runs.get(run.id)).toMatchObject({
    outcome: "stopped",
    explanation: "The process that worked on the run was killed.",
  });
  await runs.save({ ...run, outcome: "trained" });
  expect(await readFile(file, "utf8")).not.toContain("pid");
});

test("a run is found as it was when its home has another path now", async () => {
  const { runs } = openRuns();
  const { id } = await runs.create("diabetes", path.join(folder(".."), "models", "data.csv"), now);
  const release = {
    model: "diabetes:1",
    package: folder("packages", "diabetes-1"),
    digest: digestOf("diabetes"),
  };
  await runs.save({ ...(await runs.get(id)), release });
  expect(await runs.get(id)).toMatchObject({ release });
  await mkdir(folder("moved", "home"), { recursive: true });
  await rename(folder("runs"), folder("moved", "home", "runs"));
  const moved = new Runs(folder("moved", "home", "runs"), () => undefined);
  expect(await moved.get(id)).toMatchObject({
    dataFile: folder("moved", "models", "data.csv"),
    release: { ...release, package: folder("moved", "home", "packages", "diabetes-1") },
  });
});

test.each([
  ["not JSON", () => "{", "is not valid JSON."],
  [
    "another kind of JSON",
    () => "[]",
    "is corrupt: the file: Invalid input: expected object, received array.",
  ],
  ["no object", () => "null", "is corrupt: the file: Invalid input: expected object, received null."],
  [
    "a record whose parts are others",
    (sound: RunRecord) => JSON.stringify({ ...sound, outcome: "great", steps: [{ name: "check" }] }),
    /is corrupt: outcome: Invalid option: .*; steps\.0\.status: .*; steps\.0\.message: .*\./,
  ],
  [
    "another run's",
    (sound: RunRecord) => JSON.stringify(sound),
    /is the record of another run, 20260102T030405-diabetes-[0-9a-f]{4}\./,
  ],
])(
  "a record that is %s is reported and left out of the list, and refused by its id",
  async (_, content, fault) => {
    const { runs, reported } = openRuns();
    const sound = await runs.create("diabetes", "/data.csv", now);
    const id = "20260102T030405-diabetes-0000";
    await mkdir(path.dirname(runs.path(id, "run.json")), { recursive: true });
    await writeFile(runs.path(id, "run.json"), content(sound));
    expect((await runs.list("diabetes")).map((run) => run.id)).toEqual([sound.id]);
    expect(reported).toHaveLength(1);
    const [message = ""] = reported;
    expect(message.startsWith(`${runs.path(id, "run.json")} is `)).toBe(true);
    expect(message).toMatch(fault);
    expect(message.endsWith(`. Restore it from a backup, or delete ${runs.path(id)}.`)).toBe(true);
    await expect(runs.get(id)).rejects.toMatchObject({ code: "STORAGE_FAILED", message });
  },
);

test("an id that is none is not looked for", async () => {
  await expect(openRuns().runs.get("../none")).rejects.toMatchObject({ code: "NOT_FOUND" });
});
