import { utimes, writeFile } from "node:fs/promises";
import { RunCache } from "../../../../cli/dashboard/board/run-cache";
import { Runs } from "../../../../cli/runs/runs";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

function open() {
  const told: string[] = [];
  const runs = new Runs(folder("runs"), ({ message }) => told.push(message));
  return { runs, told, cache: new RunCache(runs) };
}

test("has the runs of a model, newest first, and those that have changed anew", async () => {
  const { runs, cache } = open();
  await cache.refresh();
  expect(cache.of("houses")).toEqual([]);
  const first = await runs.create("houses", "data.csv", new Date(2000), "run-1");
  // Of a clock that went back: its sequence says that it is newer.
  await runs.create("houses", "data.csv", new Date(1000), "run-2");
  await runs.create("loans", "data.csv", new Date(3000), "run-3");
  await cache.refresh();
  expect(cache.of("houses").map(({ id }) => id)).toEqual(["run-2", "run-1"]);
  await runs.save({ ...first, outcome: "kept", explanation: "The champion is better." });
  await cache.refresh();
  expect(cache.of("houses")[1]).toMatchObject({ outcome: "kept" });
});

test("a run is read again only when its record was written since", async () => {
  const { runs, cache } = open();
  await runs.save({ ...(await runs.create("houses", "d", new Date(0), "run-1")), outcome: "kept" });
  const file = runs.path("run-1", "run.json");
  await utimes(file, 1000, 1000);
  await cache.refresh();
  const find = jest.spyOn(runs, "findSound");
  await cache.refresh();
  expect(find).not.toHaveBeenCalled();
  await utimes(file, 2000, 2000);
  await cache.refresh();
  expect(find).toHaveBeenCalledTimes(1);
});

test("one that is running is read each time: its process may be killed", async () => {
  const { runs, cache } = open();
  await runs.create("houses", "d", new Date(0), "run-1");
  await cache.refresh();
  const find = jest.spyOn(runs, "findSound");
  await cache.refresh();
  expect(find).toHaveBeenCalledTimes(1);
});

test("a corrupt record is told and left out", async () => {
  const { runs, told, cache } = open();
  await runs.create("houses", "d", new Date(0), "run-1");
  await runs.create("houses", "d", new Date(0), "run-2");
  await writeFile(runs.path("run-1", "run.json"), "{");
  await cache.refresh();
  expect(cache.of("houses").map(({ id }) => id)).toEqual(["run-2"]);
  expect(told[0]).toContain("run-1");
});
