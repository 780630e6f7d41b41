import { intervalFaults } from "../../../platform/definition/interval-faults";
import type { TrainerKind } from "../../../platform/definition/trainers";

const intervals = { coverage: 0.9 };

test.each<[string, { readonly coverage: number } | undefined, string, TrainerKind, readonly string[]]>([
  ["none of anything", undefined, "classification", "python", []],
  ["ridge", intervals, "regression", "ridge", []],
  ["trees", intervals, "regression", "boosted-trees", []],
  [
    "a classification",
    intervals,
    "classification",
    "logistic",
    [
      "intervals are for a regression; a classification says how sure it is by its probabilities. Leave them out",
    ],
  ],
  [
    "a program",
    intervals,
    "regression",
    "command",
    [
      "intervals are not for the command trainer, whose program would have to run for each fold; use ridge, elastic-net or boosted-trees, or leave them out",
    ],
  ],
])("%s", (_, given, task, kind, faults) => {
  expect(intervalFaults(given, { task, trainer: { kind } })).toEqual(faults);
});
