import { treeFaults } from "../../../platform/definition/tree-faults";

const columns = [
  { name: "age", type: "number", role: "feature" },
  { name: "town", type: "category", role: "feature" },
  { name: "y", type: "number", role: "target" },
];

test.each<[string, string, Partial<Parameters<typeof treeFaults>[0]>, RegExp | undefined]>([
  ["no loss of a regression", "regression", {}, undefined],
  ["no loss of a classification", "classification", {}, undefined],
  ["counts", "regression", { loss: "poisson" }, undefined],
  ["the loss of two classes", "classification", { loss: "log" }, undefined],
  [
    "the loss of two classes for a regression",
    "regression",
    { loss: "log" },
    /^the loss "log" is not one of a regression; .* or "gamma"$/,
  ],
  [
    "counts of classes",
    "classification",
    { loss: "poisson" },
    /^the loss "poisson" is not one of a classification; .* use "log"$/,
  ],
  ["a quantile with its share", "regression", { loss: "quantile", quantile: 0.9 }, undefined],
  ["a quantile without", "regression", { loss: "quantile" }, /belong together/],
  ["a share without its loss", "regression", { quantile: 0.9 }, /belong together/],
  ["a number that only raises", "regression", { monotone: { age: "rising" } }, undefined],
  [
    "a category that does",
    "regression",
    { monotone: { town: "rising" } },
    /^monotone names "town", which is no feature that is a number/,
  ],
  ["the target that does", "regression", { monotone: { y: "falling" } }, /^monotone names "y"/],
  ["a column that is not there", "regression", { monotone: { agee: "falling" } }, /^monotone names "agee"/],
  [
    "a monotone median",
    "regression",
    { loss: "absolute", monotone: { age: "rising" } },
    /cannot be kept with the loss "absolute"/,
  ],
])("%s", (_, task, settings, fault) => {
  const faults = treeFaults({ monotone: {}, ...settings }, { task, columns });
  expect(faults).toEqual(fault ? [expect.stringMatching(fault)] : []);
});
