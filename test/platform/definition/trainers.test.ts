import {
  fitsLogarithm,
  fittedHere,
  trainerFaults,
  trainerNames,
  trainerRule,
  trainerSchema,
} from "../../../platform/definition/trainers";

const program = { run: ["fit", "{data}", "{output}"] };

test.each(trainerNames)("what is drafted, tried and offered of %s are settings that it has", (kind) => {
  const { draft, usualSearch = {}, longTail } = trainerRule(kind);
  const drafted = { kind, ...(kind === "command" && program), ...draft };
  const searched = Object.entries(usualSearch).flatMap(([setting, values]) =>
    values.map((value) => ({ [setting]: value })),
  );
  const offered = longTail ? [longTail.median, ...Object.values(longTail.means ?? {})] : [];
  for (const settings of [{}, ...searched, ...offered])
    expect(trainerSchema.safeParse({ ...drafted, ...settings }).error).toBeUndefined();
});

test("the kinds that fit in this process are told apart from programs, and by their tasks", () => {
  expect(fittedHere()).toEqual(["ridge", "elastic-net", "logistic", "boosted-trees"]);
  expect(fittedHere("regression")).toEqual(["ridge", "elastic-net", "boosted-trees"]);
  expect(fittedHere("classification")).toEqual(["logistic", "boosted-trees"]);
});

test.each([
  [{ kind: "ridge", alpha: 1 }, false],
  [{ kind: "ridge", alpha: 1, targetTransform: "log" }, true],
  [{ kind: "elastic-net", alpha: 1, targetTransform: "log" }, true],
  [{ kind: "ridge", alpha: 1, targetTransform: "yeo-johnson" }, false],
  [{ kind: "boosted-trees", loss: "gamma" }, true],
  [{ kind: "boosted-trees", loss: "poisson" }, false],
  [{ kind: "python" }, false],
])("predictions of %j are off by a factor: %s", (trainer, expected) => {
  expect(fitsLogarithm(trainerSchema.parse(trainer))).toBe(expected);
});

test("a trainer for another task is refused, with those that are for it", () => {
  const trainer = trainerSchema.parse({ kind: "logistic", l2: 1 });
  expect(trainerFaults(trainer, { task: "regression", columns: [] })).toEqual([
    "the logistic trainer is for classification; use ridge, elastic-net, boosted-trees, command or python",
  ]);
  expect(trainerFaults(trainer, { task: "classification", columns: [] })).toEqual([]);
});
