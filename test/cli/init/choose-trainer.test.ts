import { chooseTrainer, requireTrainerOptions, type TrainerChoice } from "../../../cli/init/choose-trainer";

test.each<[TrainerChoice, "regression" | "classification", object]>([
  [{}, "regression", { kind: "ridge", alpha: 1 }],
  [{}, "classification", { kind: "logistic", l2: 1 }],
  [{ trainer: "boosted-trees" }, "classification", { kind: "boosted-trees" }],
  [{ trainer: "python" }, "regression", { kind: "python", validationFraction: 0.1 }],
  [
    { trainer: "python", library: "sklearn" },
    "classification",
    { kind: "python", parameters: { n_estimators: 300 } },
  ],
  [
    { trainer: "command", run: "Rscript  train.R {data} {output}" },
    "regression",
    { kind: "command", run: ["Rscript", "train.R", "{data}", "{output}"] },
  ],
])("%j for a %s is %j", (choice, task, trainer) => {
  expect(() => requireTrainerOptions(choice)).not.toThrow();
  expect(chooseTrainer(choice, task)).toMatchObject(trainer);
});

test("a trainer for the other task is refused, with those that fit", () => {
  expect(() => chooseTrainer({ trainer: "ridge" }, "classification")).toThrow(
    /^The target is that of a classification: the ridge trainer is for regression; use logistic, boosted-trees, command or python\. Correct --trainer/,
  );
});

test.each<[string, TrainerChoice, RegExp]>([
  [
    "a library of a trainer that has none",
    { trainer: "ridge", library: "sklearn" },
    /^--library is of the python trainer\./,
  ],
  [
    "a program of a trainer that has none",
    { run: "x {data} {output}" },
    /^--run is of the command trainer\./,
  ],
  [
    "a command without a program",
    { trainer: "command" },
    /^--trainer command needs the program: --run "Rscript/,
  ],
  [
    "a program without its folders",
    { trainer: "command", run: "Rscript train.R {data}" },
    /Add --run with both\.$/,
  ],
])("%s is refused", (_, choice, message) => {
  expect(() => requireTrainerOptions(choice)).toThrow(message);
});
