import { readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

const production = ["environments", "prod", "diabetes", "deployment.json"] as const;

beforeAll(async () => {
  const { code, stderr } = await place.run(["lifecycle", "--yes"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("every verb goes on where the folder of a project was renamed, and its packages were deleted", async () => {
  const home = path.join(place.home, "renamed");
  await rename(place.path(), home);
  await rm(path.join(home, "packages"), { recursive: true });
  const env = { MLOPS_HOME: home };
  const again = await place.json<RunRecord>(["lifecycle", "--yes"], 0, env);
  expect(again).toMatchObject({ outcome: "kept" });
  expect(again.explanation).toMatch(/diabetes:1/);
  expect(await readdir(path.join(home, "packages"))).toHaveLength(1);
  await rm(path.join(home, "packages"), { recursive: true });
  const serving = place.start(["serve"], env);
  await serving.printed("diabetes:1 serves at");
  serving.process.kill("SIGTERM");
  expect((await serving.ended).stderr).toBe("\nStopping.\n");
  await rm(path.join(home, "packages"), { recursive: true });
  const released = await place.run(["release", "diabetes:1", "--yes"], env);
  expect(released.stdout).toMatch(/diabetes:1/);
  expect(released.code).toBe(0);
  await rename(home, place.path());
});

test("a candidate is compared with the champion of the registry where the record of production was deleted", async () => {
  await place.run(["stop"]);
  await rm(place.path(...production));
  const run = await place.json<RunRecord>(["lifecycle", "--until", "evaluate"]);
  expect(run).toMatchObject({ outcome: "kept" });
  expect(run.explanation).toMatch(/diabetes:1/);
});
