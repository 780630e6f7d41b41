import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { findMultinomialParameters } from "../../../platform/onnx/find-multinomial-parameters";
import { findTreeParameters } from "../../../platform/onnx/find-tree-parameters";
import { signatureOf } from "../../../platform/model/signature";
import type { SqlRow } from "../../../platform/sql/engine";
import { fitModel } from "../../../training/trainers/trainers";
import { definitionOf, openRows } from "../trainers/rows";

type Column = ModelDefinitionInput["columns"][number];

/** Kinds of feature, by what preprocessing makes of them. */
const features: Readonly<Record<string, readonly Column[]>> = {
  "a scaled number": [{ name: "number", type: "number" }],
  "a number that is imputed": [{ name: "gappy", type: "number", nullable: true }],
  "a constant number": [{ name: "constant", type: "number" }],
  "a category with values": [{ name: "town", type: "category", values: ["a", "b", "c"] }],
  "a category of any values": [{ name: "town", type: "category" }],
  "a category that is imputed": [{ name: "port", type: "category", nullable: true }],
  "a category with values that is imputed": [
    { name: "port", type: "category", nullable: true, values: ["p", "q"] },
  ],
  "a boolean": [{ name: "flag", type: "boolean" }],
  "several of a kind": [
    { name: "number", type: "number" },
    { name: "gappy", type: "number", nullable: true },
    { name: "flag", type: "boolean" },
    { name: "other flag", type: "boolean" },
    { name: "town", type: "category" },
    { name: "port", type: "category", nullable: true },
  ],
  "a weight besides": [
    { name: "number", type: "number" },
    { name: "weight", type: "number", role: "weight" },
  ],
};

type Kind = ModelDefinition["trainer"]["kind"];

interface Trained {
  readonly trainer: ModelDefinitionInput["trainer"];
  readonly targets: readonly Column[];
}

/** A class of three: a model of these has an output for each class. */
const threeClasses: Column = {
  name: "flower",
  type: "category",
  role: "target",
  values: ["setosa", "versicolor", "virginica"],
};

const trees = { kind: "boosted-trees", minLeafRows: 5, maxTrees: 5 } as const;

/** Each trainer that writes a graph here, with each kind of target: a new one does not compile without its own. */
const trainers: Readonly<Record<Exclude<Kind, "command" | "python">, Trained>> = {
  ridge: {
    trainer: { kind: "ridge", alpha: 1 },
    targets: [{ name: "amount", type: "number", role: "target" }],
  },
  "elastic-net": {
    trainer: { kind: "elastic-net", alpha: 0.1, l1Ratio: 0.5 },
    targets: [{ name: "amount", type: "number", role: "target" }],
  },
  logistic: {
    trainer: { kind: "logistic", l2: 1 },
    targets: [
      { name: "ill", type: "boolean", role: "target" },
      { name: "species", type: "category", role: "target", values: ["setosa", "other"] },
      threeClasses,
    ],
  },
  "boosted-trees": {
    trainer: trees,
    targets: [
      { name: "amount", type: "number", role: "target" },
      { name: "ill", type: "boolean", role: "target" },
      { name: "species", type: "category", role: "target", values: ["setosa", "other"] },
      threeClasses,
    ],
  },
};

const rows = Array.from({ length: 60 }, (_, index): SqlRow => {
  const number = (index * 7919) % 101;
  return {
    number,
    gappy: index % 4 === 0 ? null : (index * 104729) % 53,
    constant: 5,
    town: ["a", "b", "c"][index % 3] ?? null,
    port: index % 5 === 0 ? null : (["p", "q"][index % 2] ?? null),
    flag: index % 2 === 0,
    "other flag": index % 3 === 0,
    weight: 1 + (index % 3),
    amount: number + (index % 7),
    ill: number + (index % 7) > 50,
    species: number + (index % 7) > 50 ? "setosa" : "other",
    flower: ["setosa", "versicolor", "virginica"][Math.floor((number + (index % 7)) / 36)] ?? null,
  };
});

/** A metric that is one of so many classes. */
const gateFor = ({ values = [] }: Column): Partial<ModelDefinitionInput> =>
  values.length > 2 ? { gate: { metric: "logLoss" } } : {};

const cases = Object.entries(trainers).flatMap(([kind, { trainer, targets }]) =>
  targets.flatMap((target) =>
    Object.entries(features).map(
      ([what, columns]) =>
        [kind, target.name, what, definitionOf([...columns, target], trainer, gateFor(target))] as const,
    ),
  ),
);

test.each(cases)(
  "a %s model of %s from %s is found in its file by its reader alone, with the parameters that were fitted",
  async (kind, _target, what, definition) => {
    const engine = await openRows(definition, rows);
    const fitting = fitModel({
      engine,
      definition,
      from: "data",
      commandDirectory: tmpdir(),
      workDirectory: path.join(tmpdir(), "unused"),
    });
    if (kind === "boosted-trees" && what === "a constant number") {
      await expect(fitting).rejects.toThrow(
        /^No feature parts the 60 training rows .* smaller minLeafRows\.$/,
      );
      return engine.close();
    }
    const { onnx, linear, multinomial, trees } = await fitting;
    await engine.close();
    const signature = signatureOf(definition);
    expect([linear, multinomial, trees].filter(Boolean)).toHaveLength(1);
    expect(findLinearParameters(onnx, signature)).toEqual(linear);
    expect(findMultinomialParameters(onnx, signature)).toEqual(multinomial);
    expect(findTreeParameters(onnx, signature)).toEqual(trees);
  },
);

test("a poisson model is found with its logarithm", async () => {
  const definition = definitionOf(
    [
      { name: "number", type: "number" },
      { name: "amount", type: "number", role: "target" },
    ],
    { ...trees, loss: "poisson" },
  );
  const engine = await openRows(definition, rows);
  const fitted = await fitModel({
    engine,
    definition,
    from: "data",
    commandDirectory: ".",
    workDirectory: "x",
  });
  await engine.close();
  expect(fitted.trees?.link).toBe("log");
  expect(findTreeParameters(fitted.onnx, signatureOf(definition))).toEqual(fitted.trees);
});
