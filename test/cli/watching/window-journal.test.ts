import { writeFile } from "node:fs/promises";
import {
  maxWindows,
  recordWindow,
  WindowReader,
  windowOf,
  type WatchedWindow,
} from "../../../cli/watching/window-journal";
import type { MonitorResult } from "../../../cli/watching/monitor";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const of = { environment: "prod", name: "cost" };
const windowAt = (minute: number): WatchedWindow => ({
  time: new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString(),
  environment: "prod",
  model: "cost:2",
  rows: 200,
  judged: true,
  columns: [{ column: "age", psi: 0.1, drifted: false }],
});

test("gives back what was recorded, in that order, of one model in one environment", async () => {
  const storage = openLocalStorage(folder());
  for (const minute of [1, 2]) await recordWindow(storage, windowAt(minute), of);
  await recordWindow(storage, windowAt(3), { ...of, name: "cost-2" });
  const reader = new WindowReader(() => Promise.resolve(storage));
  expect(await reader.read(of)).toEqual([windowAt(1), windowAt(2)]);
  expect(await reader.read({ ...of, environment: "qa" })).toEqual([]);
  await recordWindow(storage, windowAt(4), of);
  expect((await reader.read(of)).map(({ time }) => time)).toHaveLength(3);
});

test("the oldest go when there are more than are kept", async () => {
  const storage = openLocalStorage(folder());
  for (let minute = 0; minute < maxWindows; minute += 1)
    await storage.put(`watched/prod/cost/${windowAt(minute).time}.json`, "{}");
  await recordWindow(storage, windowAt(maxWindows), of);
  const files = await storage.list("watched/");
  expect(files).toHaveLength(maxWindows);
  expect(files[0]).not.toContain(windowAt(0).time);
});

test("a window that a wrong clock has dated ahead is not the newest for ever, and one dated back is not the oldest", async () => {
  const storage = openLocalStorage(folder());
  const reader = new WindowReader(() => Promise.resolve(storage));
  const ahead = { ...windowAt(0), time: "2036-01-01T00:00:00.000Z" };
  const back = { ...windowAt(0), time: "1970-01-01T00:00:00.000Z" };
  for (const window of [windowAt(1), ahead, windowAt(2), back, windowAt(3)])
    await recordWindow(storage, window, of);
  expect(await reader.read(of)).toEqual([windowAt(1), ahead, windowAt(2), back, windowAt(3)]);
});

test("a window that was kept by its time alone and is dated ahead is older than what is recorded now", async () => {
  const storage = openLocalStorage(folder());
  const ahead = { ...windowAt(0), time: "2036-01-01T00:00:00.000Z" };
  await storage.put("watched/prod/cost/20360101T000000000Z-0a1b2c3d.json", JSON.stringify(ahead));
  await recordWindow(storage, windowAt(1), of);
  const reader = new WindowReader(() => Promise.resolve(storage));
  expect(await reader.read(of)).toEqual([ahead, windowAt(1)]);
});

test("of more than are kept, one that a wrong clock has dated back stays if it is new", async () => {
  const storage = openLocalStorage(folder());
  for (let minute = 0; minute < maxWindows; minute += 1)
    await storage.put(`watched/prod/cost/${windowAt(minute).time}.json`, "{}");
  await recordWindow(storage, { ...windowAt(0), time: "1970-01-01T00:00:00.000Z" }, of);
  const files = await storage.list("watched/");
  expect(files).toHaveLength(maxWindows);
  expect(files.at(-1)).toContain("19700101");
});

test("a record that cannot be read is told, with what to do", async () => {
  const storage = openLocalStorage(folder());
  await recordWindow(storage, windowAt(1), of);
  const [file = ""] = await storage.list("watched/");
  await writeFile(folder(file), '{"time"');
  await expect(new WindowReader(() => Promise.resolve(storage)).read(of)).rejects.toThrow(
    /is corrupt: it is not JSON\. Delete it/,
  );
});

/** A look with a regression's or a classification's metric, worse by `low` to `high`. */
const looked = (metric: "rmse" | "auc", now: number, fall: { low: number; high: number }) =>
  ({
    version: "cost:2",
    drift: {
      rows: 200,
      judged: true,
      columns: [{ column: "age", psi: 0.1, drifted: true, bins: [{ label: "secret" }] }],
    },
    performance: {
      kind: "measured",
      rows: 100,
      metric,
      fell: true,
      metrics: [{ metric, now, registered: 0.8, fall: { level: 0.95, ...fall } }],
    },
  }) as unknown as MonitorResult;
const at = { environment: "prod", now: new Date(0) };

test.each([
  // 0.1 to 0.3 worse than 0.8: an error has grown, an area shrunk.
  ["rmse" as const, 1, { low: 0.9, high: 1.1 }],
  ["auc" as const, 0.6, { low: 0.5, high: 0.7 }],
])("the interval of %s is where it lies now", (metric, now, interval) => {
  const { performance } = windowOf(looked(metric, now, { low: 0.1, high: 0.3 }), at);
  expect(performance).toMatchObject({ rows: 100, metric, now, registered: 0.8, fell: true });
  expect(performance?.interval?.low).toBeCloseTo(interval.low, 12);
  expect(performance?.interval?.high).toBeCloseTo(interval.high, 12);
});

test("of too few rows no index is kept", () => {
  const result = looked("auc", 0.6, { low: 0.1, high: 0.3 });
  const few = { ...result, drift: { ...result.drift, judged: false } };
  expect(windowOf(few, at)).toMatchObject({ judged: false, columns: [] });
  expect(windowOf(result, at).columns).toEqual([{ column: "age", psi: 0.1, drifted: true }]);
});

test("no values of columns are kept, and no estimate", () => {
  const result = looked("auc", 0.6, { low: 0.1, high: 0.3 });
  const estimated = { ...result, performance: { ...result.performance, kind: "estimated" } } as MonitorResult;
  expect(JSON.stringify(windowOf(result, at))).not.toContain("secret");
  expect(windowOf(estimated, at)).not.toHaveProperty("performance");
});
