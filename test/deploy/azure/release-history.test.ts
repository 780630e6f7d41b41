import { eventsOf, messageOf, type PastUpdate } from "../../../deploy/azure/release-history";
import type { DeploymentEvent } from "../../../platform/release/deployment";

const update = (message: string, extra: Partial<PastUpdate> = {}): PastUpdate => ({
  kind: "update",
  result: "succeeded",
  message,
  startTime: new Date("2026-11-01T10:00:00Z"),
  endTime: new Date("2026-11-01T10:01:00Z"),
  ...extra,
});

test.each<Omit<DeploymentEvent, "time">>([
  { action: "deploy", model: "cost:2", detail: "weight 10 %" },
  { action: "weight", model: "cost:2", detail: "weight 50 %" },
  { action: "promote", model: "cost:2", detail: "was cost:1" },
  { action: "promote", model: "cost:1" },
  { action: "rollback", model: "cost:2", detail: "canary removed" },
])("the message of an update is the record of $action", (event) => {
  const expected = { time: "2026-11-01T10:01:00.000Z", ...event };
  expect(eventsOf([update(messageOf(expected))])).toEqual([expected]);
});

test("the oldest comes first, and what released nothing is left out", () => {
  const events = eventsOf([
    update("mlops promote cost:1"),
    update("mlops deploy cost:2 (weight 10 %)", { result: "failed" }),
    update("mlops deploy cost:2 (weight 10 %)", { kind: "preview" }),
    update("mlops destroy cost:2"),
    update("raise the budget"),
    update("mlops deploy cost:1 (weight 100 %)"),
  ]);
  expect(events.map(({ action, model }) => [action, model])).toEqual([
    ["deploy", "cost:1"],
    ["promote", "cost:1"],
  ]);
});
