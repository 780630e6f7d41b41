import { setTimeout as sleep } from "node:timers/promises";
import { Measurements } from "../../../cli/dashboard/measurements";
import type { MonitorResult } from "../../../cli/watching/monitor";

const result = { version: "houses:1" } as MonitorResult;

test("a measurement is taken once for all who look, and again when it is old", async () => {
  let now = 0;
  let taken = 0;
  const measurements = new Measurements(() => now);
  const measure = () => {
    taken += 1;
    return Promise.resolve(result);
  };
  const both = await Promise.all([measurements.of("a", measure), measurements.of("a", measure)]);
  expect(both).toEqual([
    { state: "measured", result },
    { state: "measured", result },
  ]);
  expect(taken).toBe(1);
  now = 59_000;
  await measurements.of("a", measure);
  expect(taken).toBe(1);
  now = 61_000;
  await measurements.of("a", measure);
  await measurements.of("b", measure);
  expect(taken).toBe(3);
});

test("how long a measurement is shown is its maker's to say", async () => {
  let now = 0;
  let taken = 0;
  const measurements = new Measurements(() => now, 5_000);
  for (now of [0, 4_999, 5_000]) await measurements.of("a", () => Promise.resolve((taken += 1)));
  expect(taken).toBe(2);
});

test("one that takes long is said to be under way; one that fails says why", async () => {
  const measurements = new Measurements();
  const slow = () => sleep(1200, result);
  expect(await measurements.of("slow", slow)).toEqual({ state: "measuring" });
  await sleep(400);
  expect(await measurements.of("slow", slow)).toEqual({ state: "measured", result });
  const failing = () => Promise.reject(new Error("no log"));
  expect(await measurements.of("failing", failing)).toEqual({ state: "failed", reason: "no log" });
});
