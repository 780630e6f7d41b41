import { readFileSync } from "node:fs";
import path from "node:path";
import type { ModelDefinitionInput } from "../../../../platform/definition/definition";
import { featureTable } from "../../../../platform/model/table";
import { LinearModel } from "../../../../platform/onnx/linear-model";
import { MultinomialModel } from "../../../../platform/onnx/multinomial-model";
import { TreeModel } from "../../../../platform/onnx/tree-model";
import { fitModel } from "../../../../training/trainers/trainers";
import { definitionOf, openRows } from "../rows";

interface Reference {
  readonly values: readonly (readonly [number, number])[];
  readonly targets: Readonly<Record<"two" | "three", readonly number[]>>;
  readonly cases: readonly {
    readonly trainer: "logistic" | "boosted-trees";
    readonly target: "two" | "three";
    readonly classWeight: "balanced" | Readonly<Record<string, number>>;
    readonly weighted: boolean;
    readonly probabilities: readonly (readonly number[])[];
  }[];
}

const { values, targets, cases } = JSON.parse(
  readFileSync(path.join(__dirname, "../../reference/class-weights.json"), "utf8"),
) as Reference;

const trainers = {
  logistic: { kind: "logistic", l2: 0.5 },
  "boosted-trees": { kind: "boosted-trees", maxTrees: 10, earlyStoppingTrees: 0 },
} as const;

// Both logistic solvers stop where the gradient is about 1e-10 of the rows' weight; trees differ by the rounding of sums in 32 bits.
test.each(cases)(
  "$trainer of $target classes with classWeight $classWeight (weighted rows: $weighted) is scikit-learn's to 1e-6",
  async ({ trainer, target, classWeight, weighted, probabilities }) => {
    const columns: ModelDefinitionInput["columns"] = [
      { name: "x", type: "number" },
      { name: "z", type: "number" },
      ...(weighted ? [{ name: "w", type: "number" as const, role: "weight" as const }] : []),
      { name: "y", type: "number", role: "target", classes: target === "two" ? [0, 1] : [0, 1, 2] },
    ];
    const definition = definitionOf(
      columns,
      { ...trainers[trainer], classWeight },
      { task: "classification", gate: { metric: "logLoss" } },
    );
    const rows = values.map(([x, z], row) => ({ x, z, w: 1 + (row % 3), y: targets[target][row] ?? null }));
    const engine = await openRows(definition, rows);
    const fitted = await fitModel({
      engine,
      definition,
      from: "data",
      commandDirectory: ".",
      workDirectory: "unused",
    });
    await engine.close();
    const model = fitted.linear
      ? new LinearModel(fitted.linear)
      : fitted.multinomial
        ? new MultinomialModel(fitted.multinomial)
        : fitted.trees && new TreeModel(fitted.trees);
    if (!model) throw new Error("There is no model.");
    const shown = rows.filter((_, row) => row % 5 === 0);
    const predicted = model.predict(featureTable(model.signature, shown));
    const own = predicted.probabilities ?? predicted.probability ?? [];
    const expected = target === "two" ? probabilities.map(([, positive]) => positive) : probabilities.flat();
    expect(own).toHaveLength(expected.length);
    expected.forEach((value, index) =>
      expect(Math.abs((own[index] ?? NaN) - (value ?? NaN))).toBeLessThan(1e-6),
    );
  },
);
