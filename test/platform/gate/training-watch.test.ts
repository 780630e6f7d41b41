import {
  judgeTrainings,
  type TrainingLimits,
  type TrainingState,
  type WatchedTraining,
} from "../../../platform/gate/training-watch";

const now = new Date("2026-03-10T12:00:00.000Z");
const limits: TrainingLimits = { maxMinutes: 120, everyHours: 168, graceHours: 24 };

/** A training that was begun so many minutes before now. */
const training = (id: string, state: TrainingState, minutesAgo: number): WatchedTraining => ({
  id,
  state,
  startedAt: new Date(now.getTime() - minutesAgo * 60_000).toISOString(),
});
const hour = 60;

test.each<[string, WatchedTraining[], string[]]>([
  ["one that went well", [training("a", "done", hour)], []],
  ["one that failed", [training("a", "failed", hour)], ["failed a"]],
  [
    "one that failed and one that went well since",
    [training("b", "done", 1), training("a", "failed", 2)],
    [],
  ],
  [
    "one that went well and one that failed since",
    [training("b", "failed", 1), training("a", "done", 2)],
    ["failed b"],
  ],
  ["the same in another order", [training("a", "done", 2), training("b", "failed", 1)], ["failed b"]],
  [
    "one that failed and one that was stopped since",
    [training("b", "stopped", 1), training("a", "failed", 2)],
    ["failed a"],
  ],
  [
    "one that failed and one that runs",
    [training("b", "running", 1), training("a", "failed", 2)],
    ["failed a"],
  ],
  ["one that was stopped", [training("a", "stopped", hour)], []],
  ["one that runs as long as it may", [training("a", "running", 120)], []],
  ["one that runs longer", [training("a", "running", 121)], ["hanging a"]],
  ["one that waits for longer", [training("a", "waiting", 121)], ["hanging a"]],
  [
    "several that hang",
    [training("b", "running", 200), training("a", "waiting", 300)],
    ["hanging b", "hanging a"],
  ],
  ["one that ended long ago, in time", [training("a", "done", 192 * hour)], []],
  ["one that ended longer ago", [training("a", "done", 193 * hour)], ["overdue undefined"]],
  ["none at all", [], ["overdue undefined"]],
  ["one that failed long ago", [training("a", "failed", 300 * hour)], ["failed a", "overdue undefined"]],
  ["one that a clock which is ahead has begun", [training("a", "running", -5)], []],
  [
    "one that a wrong clock has dated years ahead, and one that failed since",
    [training("b", "failed", hour), training("a", "done", -100_000 * hour)],
    ["failed b"],
  ],
  [
    "one that is dated years ahead, and one that is due for another",
    [training("b", "done", 193 * hour), training("a", "done", -100_000 * hour)],
    ["overdue undefined"],
  ],
  ["none but one that is dated years ahead", [training("a", "done", -100_000 * hour)], ["overdue undefined"]],
])("%s", (_name, trainings, found) => {
  const faults = judgeTrainings(trainings, { limits, now });
  expect(faults.map(({ fault, id }) => `${fault} ${id}`)).toEqual(found);
});

test("without a schedule none is missed", () => {
  const found = judgeTrainings([], { limits: { ...limits, everyHours: undefined }, now });
  expect(found).toEqual([]);
});

test("each says what is wrong, what is allowed and what to do", () => {
  const trainings = [training("b", "running", 121), training("a", "failed", 200 * hour)];
  const late = judgeTrainings([training("a", "done", 200 * hour)], { limits, now });
  expect(judgeTrainings(trainings, { limits, now }).map(({ explanation }) => explanation)).toEqual([
    "Training a has failed. Look at `mlops runs show a`, correct what it says, and train again.",
    "Training b has been running for 121 minutes; at most 120 minutes are allowed. Look at `mlops runs show b`, and cancel it if it does nothing.",
  ]);
  expect(late[0]?.explanation).toBe(
    "The last training, a, was begun 200 hours ago; one is expected every 168 hours, at most 24 hours late. Check whether the schedule is enabled, or run `mlops retrain`.",
  );
});
