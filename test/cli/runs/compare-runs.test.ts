import { compareRuns } from "../../../cli/runs/compare-runs";
import { summary } from "./run-fixture";

const definition = { name: "cost", trainer: { kind: "ridge", alpha: 1 }, gate: { metric: "rmse" } };
const a = { summary: summary(), definition };

test("metrics are compared by their direction, parameters and definitions by what differs", () => {
  const b = {
    summary: summary({
      id: "b",
      parameters: { kind: "ridge", alpha: 10 },
      heldOut: { rmse: 49, r2: 0.25, mae: 40 },
    }),
    definition: { ...definition, trainer: { kind: "ridge", alpha: 10 }, gate: { metric: "mae" } },
  };
  const comparison = compareRuns(a, b);
  expect(comparison.heldOut).toEqual([
    { metric: "rmse", a: 50.25, b: 49, improvement: 1.25 },
    { metric: "mae", b: 40 },
    { metric: "r2", a: 0.5, b: 0.25, improvement: -0.25 },
  ]);
  expect(comparison.parameters).toEqual([{ path: "alpha", a: 1, b: 10 }]);
  // The trainer is among the parameters.
  expect(comparison.definition).toEqual([{ path: "gate.metric", a: "rmse", b: "mae" }]);
  expect(comparison.data).toEqual([]);
  expect(comparison).not.toHaveProperty("caution");
});

test.each([
  ["other data", { data: { ...summary().data, digest: "b".repeat(64) as never } as never }, "different data"],
  ["another split", { split: 'by the column "side"' }, "held out different rows"],
])("runs with %s are compared with a caution", (_, changes, caution) => {
  const comparison = compareRuns(a, { ...a, summary: summary(changes) });
  expect(comparison.caution).toContain(caution);
  expect(comparison.caution).toContain("mlops evaluate");
  expect(comparison.data).not.toEqual([]);
});

test("a run that trained nothing is named, and what is not kept is not compared", () => {
  const { id, startedAt, explanation } = summary();
  const failed = { id: "failed-1", startedAt, explanation, outcome: "failed" } as const;
  const comparison = compareRuns(a, { summary: failed, definition: undefined });
  expect(comparison.caution).toBe("failed-1 trained no model, so there is nothing to compare.");
  expect(comparison.heldOut).toEqual([
    { metric: "rmse", a: 50.25 },
    { metric: "r2", a: 0.5 },
  ]);
  expect(comparison).not.toHaveProperty("definition");
  expect(comparison.a.id).toBe(id);
});
