import { setTimeout as sleep } from "node:timers/promises";
import { HealthBoard, healthOf } from "../../../scoring/process/health-board";

test.each([
  ["starting", 0, true, false],
  ["ready", 0, true, true],
  ["ready", 4999, true, true],
  ["ready", 5000, true, false],
  ["ready", 29_999, true, false],
  ["ready", 30_000, false, false],
  ["starting", 30_000, false, false],
  ["closing", 0, true, false],
] as const)(
  "a process that is %s and silent for %d ms: alive %s, ready %s",
  (state, silentMs, alive, ready) => {
    expect(healthOf(state, silentMs)).toEqual({ alive, ready });
  },
);

test("another thread reads from the same memory what was said last", async () => {
  const own = new HealthBoard();
  const seen = new HealthBoard(own.memory);
  own.beat();
  expect(seen.read()).toEqual({ alive: true, ready: false });
  own.set("ready");
  await sleep(5);
  expect(seen.read()).toEqual({ alive: true, ready: true });
  own.set("closing");
  expect(seen.read()).toEqual({ alive: true, ready: false });
});

test("who never gave a sign of life is not alive", () => {
  expect(new HealthBoard().read().alive).toBe(false);
});
