import type { ReportInput } from "../../../../cli/report/report-input";
import { gateVerdict, metricInWords, verdictOf } from "../../../../cli/report/sections/header";
import type { RunOutcome } from "../../../../cli/runs/runs";
import { bare, whole } from "../report-fixture";

const run = (outcome: RunOutcome, version?: string): ReportInput["run"] => ({
  ...bare.run,
  outcome,
  ...(version !== undefined && { version }),
});
const decided = (promote: boolean): { decision: ReportInput["decision"] & object } => {
  if (!whole.decision) throw new Error("The fixture has lost its decision.");
  return { decision: { ...whole.decision, promote } };
};

test.each<[Pick<ReportInput, "run" | "decision">, string, string]>([
  [{ run: run("running") }, "calm", "in progress"],
  [{ run: run("stopped"), ...decided(true) }, "calm", "stopped as asked"],
  [{ run: run("trained") }, "calm", "not evaluated yet"],
  [{ run: run("promotable"), ...decided(true) }, "warn", "not registered yet"],
  [{ run: run("kept"), ...decided(false) }, "calm", "champion kept"],
  [{ run: run("registered", "houses:2"), ...decided(true) }, "good", "registered"],
  [{ run: run("registered", "houses:2"), ...decided(false) }, "warn", "registered against the gate"],
  [{ run: run("waiting-for-approval", "houses:2"), ...decided(true) }, "warn", "waiting for approval"],
  [{ run: run("declined", "houses:2"), ...decided(true) }, "warn", "not approved"],
  [{ run: run("released", "houses:2"), ...decided(true) }, "good", "released"],
  [{ run: run("released", "houses:2"), ...decided(false) }, "warn", "released against the gate"],
  [{ run: run("rolled-back", "houses:2"), ...decided(false) }, "bad", "rolled back"],
  [{ run: run("failed") }, "bad", "failed"],
])("the verdict of %j is %s: %s", (input, tone, word) => {
  expect(verdictOf(input)).toEqual({ tone, word });
});

test("a run whose candidate was not good enough kept no champion when there was none", () => {
  const { champion, ...decision } = decided(false).decision;
  expect(champion).toBeDefined();
  expect(gateVerdict(decision)).toEqual({ tone: "calm", word: "not promoted" });
  expect(verdictOf({ run: run("kept"), decision })).toEqual({ tone: "calm", word: "not promoted" });
});

test("a metric is put in words", () => {
  expect(metricInWords("auc")).toBe("auc: area under the ROC curve, 0..1; 0.5 is chance; higher is better");
});
