import type { ReportInput, ReportStep } from "../../../local/report/report-input";
import { gateVerdict, metricInWords, verdictOf } from "../../../local/report/sections/header";
import { bare, definition, whole } from "./report-fixture";

const run = (statuses: ReportStep["status"][], model = "houses"): ReportInput["run"] => ({
  ...bare.run,
  model,
  steps: statuses.map((status, index) => ({ name: `step ${index}`, status, ms: 1, message: "" })),
});
const decided = (promote: boolean): { decision: ReportInput["decision"] & object } => {
  if (!whole.decision) throw new Error("The fixture has lost its decision.");
  return { decision: { ...whole.decision, promote } };
};
const rolledBack: ReportInput["canary"] = {
  stages: [{ weight: 10, verdict: "roll-back", explanation: "Slow.", canary: { requests: 60, failures: 0 } }],
};

test.each<[string, Omit<ReportInput, "definition">, string, string]>([
  ["done without a gate", { run: run(["done"]) }, "good", "done"],
  ["promoted", { run: run(["done"], "houses:2"), ...decided(true) }, "good", "promoted"],
  ["not promoted", { run: run(["done", "skipped"]), ...decided(false) }, "calm", "champion kept"],
  [
    "registered against the gate",
    { run: run(["done"], "houses:2"), ...decided(false) },
    "warn",
    "gate overruled",
  ],
  ["waiting for approval", { run: run(["done", "waiting"]), ...decided(true) }, "warn", "waiting"],
  ["failed after the gate", { run: run(["done", "failed"]), ...decided(true) }, "bad", "failed"],
  [
    "rolled back",
    { run: run(["done", "failed"]), ...decided(true), canary: rolledBack },
    "bad",
    "rolled back",
  ],
])("a run that is %s has that verdict", (_, input, tone, word) => {
  expect(verdictOf({ ...input, definition })).toEqual({ tone, word });
});

test("without a champion none is kept", () => {
  const { champion, ...decision } = decided(false).decision;
  expect(champion).toBeDefined();
  expect(gateVerdict(decision)).toEqual({ tone: "calm", word: "not promoted" });
});

test.each([
  ["auc", "auc: area under the ROC curve, 0..1; 0.5 is chance; higher is better"],
  ["toString", "toString"],
])("the metric %s is put in words", (name, words) => {
  expect(metricInWords(name)).toBe(words);
});
