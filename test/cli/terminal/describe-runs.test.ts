import { compareRuns } from "../../../cli/runs/compare-runs";
import {
  describeComparison,
  describeParameters,
  describeSummaries,
} from "../../../cli/terminal/describe-runs";
import { summary } from "../runs/run-fixture";

test("a run's line has its state, metric, trainer, data and decision; what it lacks is a dash", () => {
  const { id, startedAt, explanation } = summary();
  const failed = { id: "failed-1", startedAt, explanation, outcome: "failed" } as const;
  const shown = [summary({ version: "cost:3", trainingMs: 90_000 }), failed];
  const [, head, , first, , second] = describeSummaries(shown, "rmse").split("\n");
  const cells = (line = "") =>
    line
      .split("│")
      .map((cell) => cell.trim())
      .filter(Boolean);
  expect(cells(head)).toEqual(["run", "state", "rmse", "time", "trainer", "data", "decision", "version"]);
  expect(cells(first)).toEqual([
    id,
    "promotable",
    "50.25",
    "90.0 s",
    "ridge, alpha 1",
    "aaaaaaaaaaaa",
    "promote: better",
    "cost:3",
  ]);
  expect(cells(second)).toEqual(["failed-1", "failed", "-", "-", "-", "-", "-", "-"]);
  const [, withCost, , priced] = describeSummaries(shown, "rmse", { perHour: 2, currency: "EUR" }).split(
    "\n",
  );
  expect(cells(withCost)[4]).toBe("cost");
  expect(cells(priced)[4]).toBe("0.05 EUR");
});

test("settings that are no numbers are shown as JSON", () => {
  expect(describeParameters({ kind: "command", run: ["python", "train.py"] })).toBe(
    'command, run ["python","train.py"]',
  );
});

test("a setting that is empty is not shown", () => {
  expect(describeParameters({ kind: "boosted-trees", maxLeaves: 7, monotone: {} })).toBe(
    "boosted-trees, maxLeaves 7",
  );
});

test("a comparison says which run is which, what differs, and what cannot be said", () => {
  const a = { summary: summary(), definition: undefined };
  const b = {
    summary: summary({
      id: "b-1",
      version: "cost:2",
      heldOut: { rmse: 49 },
      definitionDigest: "e",
      parameters: { kind: "ridge", alpha: 2 },
    }),
    definition: {},
  };
  const text = describeComparison(compareRuns(a, b));
  expect(text).toContain("a  20260102T030405-cost-0001, promotable\nb  b-1, promotable, cost:2");
  expect(text).toMatch(/rmse, held-out rows │ 50.25 │ 49 +│ 1.25/);
  expect(text).toMatch(/alpha │ 1 +│ 2 +│/);
  expect(text).toContain("Data: no difference.");
  expect(text).toContain("Definition: not the same, and not kept for both runs");
  expect(describeComparison(compareRuns(a, a))).toContain("Definition: no difference.");
});
