import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import type { SqlRow } from "../../../platform/sql/engine";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { fitLinearModel } from "../trainers/fit-linear-model";
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

/** Each trainer that writes a graph here, with each kind of target: a new one does not compile without its own. */
const trainers: Readonly<Record<Exclude<Kind, "command">, Trained>> = {
  ridge: {
    trainer: { kind: "ridge", alpha: 1 },
    targets: [{ name: "amount", type: "number", role: "target" }],
  },
  logistic: {
    trainer: { kind: "logistic", l2: 1 },
    targets: [
      { name: "ill", type: "boolean", role: "target" },
      { name: "species", type: "category", role: "target", values: ["setosa", "other"] },
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
  };
});

const cases = Object.entries(trainers).flatMap(([kind, { trainer, targets }]) =>
  targets.flatMap((target) =>
    Object.entries(features).map(
      ([what, columns]) => [kind, target.type, what, definitionOf([...columns, target], trainer)] as const,
    ),
  ),
);

test.each(cases)(
  "a %s model of a %s from %s is found in its file with the parameters that were fitted",
  async (_kind, _type, _what, definition) => {
    const engine = await openRows(definition, rows);
    const fitted = await fitLinearModel(engine, definition, "data");
    await engine.close();
    expect(findLinearParameters(toOnnx(fitted), fitted.signature)).toEqual(fitted);
  },
);
