import { describeSettings, describeTuning, rankCandidates } from "../../../cli/terminal/describe-tuning";
import type { Tuning } from "../../../training/tuning/tuning";

const candidate = (alpha: number, mean: number) => ({
  settings: { alpha },
  scores: [mean - 1, mean + 1],
  mean,
  standardError: 1,
});
const tuning: Tuning = {
  metric: "rmse",
  folds: 2,
  seed: 1,
  before: { kind: "ridge", alpha: 1 },
  candidates: [
    candidate(1, 52),
    { settings: { alpha: 0 }, fault: "It cannot be fitted." },
    candidate(10, 50),
    candidate(100, 51),
  ],
  best: 2,
};

test("candidates are ranked by their means, those without one last", () => {
  expect(rankCandidates(tuning).map(({ settings }) => settings.alpha)).toEqual([10, 100, 1, 0]);
});

test("of each there are its settings, mean, standard error and folds, or why it has none", () => {
  const text = describeTuning(tuning);
  expect(text).toMatch(/alpha 10 +│ 50 +│ 1 +│ 49, 51/);
  expect(text).toMatch(/alpha 0 +│ - +│ - +│ It cannot be fitted\./);
});

test("settings are shown in a line", () => {
  expect(describeSettings({ alpha: 0.123456, standardize: true, loss: "log" })).toBe(
    "alpha 0.1235, standardize true, loss log",
  );
});
