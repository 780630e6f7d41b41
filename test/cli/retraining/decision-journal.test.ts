import { writeFile } from "node:fs/promises";
import {
  nextSequence,
  readDecisions,
  recordDecision,
  retrainingTimes,
  type RecordedDecision,
} from "../../../cli/retraining/decision-journal";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const decision = (day: number, environment = "prod"): RecordedDecision => ({
  time: `2026-11-${day}T12:00:00.000Z`,
  environment,
  model: "cost:2",
  action: "retrain",
  reason: "drifted",
  explanation: "There is drift.",
  rows: 200,
});
const of = { environment: "prod", name: "cost" };

test("gives back what was recorded, the oldest first, of one model in one environment", async () => {
  const storage = openLocalStorage(folder());
  for (const day of [21, 20, 20]) await recordDecision(storage, decision(day), of);
  await recordDecision(storage, decision(22, "qa"), of);
  await recordDecision(storage, decision(23), { name: "cost-2" });
  expect(await readDecisions(storage, of)).toEqual([decision(20), decision(20), decision(21)]);
  expect(await readDecisions(storage, { ...of, name: "other" })).toEqual([]);
});

test.each([
  ["not JSON", '{"time"', "it is not JSON"],
  ["no decision", '{"time":"2026-11-21T12:00:00.000Z"}', "environment: "],
])("a record that is %s stops everything, as the cap would not hold without it", async (_, text, why) => {
  const storage = openLocalStorage(folder());
  const file = await recordDecision(storage, decision(21), of);
  await writeFile(folder(file), text);
  await expect(readDecisions(storage, of)).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: expect.stringContaining(why) as string,
  });
});

describe("with clocks that may be wrong", () => {
  const at = (
    sequence: number | undefined,
    time: string,
    action: RecordedDecision["action"] = "retrain",
  ) => ({
    ...decision(20),
    time: `${time}T12:00:00.000Z`,
    action,
    ...(sequence !== undefined && { sequence }),
  });

  test("decisions are in the order in which they were made, those without a sequence first", async () => {
    const storage = openLocalStorage(folder());
    const made = [at(undefined, "2027-01-01"), at(1, "2026-11-20"), at(2, "2027-12-31"), at(3, "2026-11-21")];
    for (const each of made) await recordDecision(storage, each, of);
    expect(await readDecisions(storage, of)).toEqual(made);
    expect(nextSequence(made)).toBe(4);
    expect(nextSequence([])).toBe(1);
  });

  test.each<[string, RecordedDecision[], string[]]>([
    ["as they say", [at(1, "2026-11-20"), at(2, "2026-11-22")], ["2026-11-20", "2026-11-22"]],
    ["now, where one is dated ahead and nothing was decided since", [at(1, "2027-12-31")], ["2026-11-25"]],
    [
      "no later than what was decided after them",
      [at(1, "2027-12-31"), at(2, "2026-11-21", "nothing"), at(3, "2026-11-23")],
      ["2026-11-21", "2026-11-23"],
    ],
    [
      "that also of those from before there were sequences",
      [at(undefined, "2027-12-31"), at(1, "2026-11-21", "alert")],
      ["2026-11-21"],
    ],
    [
      "as they say, whatever a later one is dated",
      [at(1, "2026-11-22"), at(2, "1970-01-01", "alert")],
      ["2026-11-22"],
    ],
  ])("retrainings were %s", (_, decisions, expected) => {
    const times = retrainingTimes(decisions, new Date("2026-11-25T12:00:00.000Z"));
    expect(times.map((time) => time.toISOString().slice(0, 10))).toEqual(expected);
  });
});
