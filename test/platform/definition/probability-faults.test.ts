import { probabilityFaults } from "../../../platform/definition/probability-faults";

type Model = Parameters<typeof probabilityFaults>[1];

const of: Model = { task: "classification", classes: ["no", "yes"], trainer: { kind: "logistic" } };

test.each<[string, Parameters<typeof probabilityFaults>[0], Partial<Model>, readonly string[]]>([
  ["nothing of anything", {}, { task: "regression", classes: [], trainer: { kind: "python" } }, []],
  ["a threshold of two classes", { threshold: "f1" }, {}, []],
  ["both, of trees", { threshold: "f1", calibration: "platt" }, { trainer: { kind: "boosted-trees" } }, []],
  [
    "a threshold of a regression",
    { threshold: "f1" },
    { task: "regression", classes: [] },
    ["threshold is for a classification, as a regression has no probabilities; leave it out"],
  ],
  [
    "calibration of three classes",
    { calibration: "platt" },
    { classes: ["a", "b", "c"] },
    ["calibration is for two classes, and the target has 3; leave it out"],
  ],
  [
    "both, of a program for three classes",
    { threshold: "f1", calibration: "platt" },
    { classes: ["a", "b", "c"], trainer: { kind: "command" } },
    ["calibration", "threshold"].flatMap((name) => [
      `${name} is for two classes, and the target has 3; leave it out`,
      `${name} is not for the command trainer, whose program makes the probabilities; use logistic or boosted-trees, or leave it out`,
    ]),
  ],
])("%s", (_, said, changes, faults) => {
  expect(probabilityFaults(said, { ...of, ...changes })).toEqual(faults);
});
