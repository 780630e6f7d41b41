import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { featureTable } from "../../../../platform/model/table";
import { findLinearParameters } from "../../../../platform/onnx/find-linear-parameters";
import { LinearModel } from "../../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../../platform/onnx/onnx-model";
import type { SqlRow } from "../../../../platform/sql/engine";
import { fitCandidate } from "../../../../training/candidate/fit-candidate";
import { predictionSql } from "../../../../training/evaluation/predict-sql";
import { scoreFitted } from "../../../../training/evaluation/score-fitted";
import { definitionOf, openRows } from "../rows";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "power-transform-"));
});
afterAll(() => rm(folder, { recursive: true }));

const noise = (index: number): number => {
  const value = Math.sin(index * 12.9898) * 43758.5453;
  return 2 * (value - Math.floor(value)) - 1;
};

describe.each([
  ["box-cox", (linear: number) => (1 + linear / 3) ** 3],
  ["yeo-johnson", (linear: number) => Math.sinh(linear - 4)],
] as const)("a target by %s", (targetTransform, targetOf) => {
  const definition = definitionOf(
    [
      { name: "x", type: "number" },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 0.1, targetTransform },
  );
  const rows = Array.from({ length: 150 }, (_, index): SqlRow => {
    const x = 4 + 3 * noise(index);
    return { x, y: targetOf(x + noise(index + 0.5) / 2) };
  });

  test("is predicted alike in every way to evaluate the model, and is found in model.onnx", async () => {
    const engine = await openRows(definition, rows);
    const input = { engine, definition, from: "data", commandDirectory: ".", workDirectory: "unused" };
    const { onnx, linear, signature, chosen } = await fitCandidate(input);
    if (!linear) throw new Error("It is no linear model.");
    expect(chosen).toEqual({ lambda: signature.target.transform?.lambda });
    expect(findLinearParameters(onnx, signature)).toEqual(linear);
    // Beyond what the training rows have, on both sides.
    const asked = featureTable(signature, [...rows, { x: 60, y: 0 }, { x: -60, y: 0 }]);
    const model = new LinearModel(linear);
    const own = Array.from(model.predict(asked).prediction, Number);
    const bySql = await engine.rows(`SELECT ${predictionSql(linear)} AS p FROM data ORDER BY _row`);
    const scored = await scoreFitted(input, { onnx, linear, signature }, "data");
    await engine.close();
    const file = path.join(folder, `${targetTransform}.onnx`);
    await writeFile(file, onnx);
    const runtime = await OnnxModel.open(file, signature);
    const { prediction: served } = await runtime.predict(asked);
    await runtime.close();
    own.forEach((value, row) => {
      const others = row < rows.length ? [bySql[row]?.p, scored.predicted[row], served[row]] : [served[row]];
      for (const other of others)
        expect(Math.abs(Number(other) - value) / Math.max(1, Math.abs(value))).toBeLessThan(1e-9);
    });
    const errors = rows.map(({ y }, row) => Math.abs(Number(y) - (own[row] ?? NaN)));
    expect(errors.reduce((sum, error) => sum + error, 0) / rows.length).toBeLessThan(
      0.25 * Math.max(...rows.map(({ y }) => Math.abs(Number(y)))),
    );
    expect(model.explain(asked).scale).toBe("transformed");
  });

  test("is not found in a file whose way back is another", async () => {
    const engine = await openRows(definition, rows);
    const input = { engine, definition, from: "data", commandDirectory: ".", workDirectory: "unused" };
    const { onnx, signature } = await fitCandidate(input);
    await engine.close();
    const { transform } = signature.target;
    if (!transform) throw new Error("The target is transformed.");
    const other = { ...transform, lambda: transform.lambda + 0.001 };
    const changed = { ...signature, target: { ...signature.target, transform: other } };
    expect(findLinearParameters(onnx, changed)).toBeUndefined();
  });
});
