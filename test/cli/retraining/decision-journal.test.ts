import { writeFile } from "node:fs/promises";
import {
  readDecisions,
  recordDecision,
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
