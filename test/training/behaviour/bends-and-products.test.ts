import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { signatureOf } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import { findLinearParameters } from "../../../platform/onnx/find-linear-parameters";
import { findTreeParameters } from "../../../platform/onnx/find-tree-parameters";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { TreeModel } from "../../../platform/onnx/tree-model";
import type { SqlRow } from "../../../platform/sql/engine";
import { fitCandidate } from "../../../training/candidate/fit-candidate";
import { scoreFitted } from "../../../training/evaluation/score-fitted";
import { definitionOf, openRows } from "../trainers/rows";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "bends-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Column = ModelDefinitionInput["columns"][number];
type TrainerInput = ModelDefinitionInput["trainer"];

const y: Column = { name: "y", type: "number", role: "target" };
const age: Column = {
  name: "age",
  type: "number",
  also: [{ bendAt: 40 }, { bendAt: -1.5 }, { times: "bmi" }],
};
const bmi: Column = { name: "bmi", type: "number", nullable: true, also: [{ times: "bmi" }] };

const bent = (trainer: TrainerInput): ModelDefinition => definitionOf([age, bmi, y], trainer);

/** The same numbers, as columns of the data. */
const plain = (trainer: TrainerInput): ModelDefinition =>
  definitionOf(
    [
      ...["age", "age.bendAt.40", "age.bendAt.-1.5"].map((name): Column => ({ name, type: "number" })),
      ...["age.times.bmi", "bmi", "bmi.times.bmi"].map((name): Column => ({
        name,
        type: "number",
        nullable: true,
      })),
      y,
    ],
    trainer,
  );

const rows = Array.from({ length: 400 }, (_, index): { age: number; bmi: number | null; y: number } => {
  const years = ((index * 37) % 101) - 10.25;
  const mass = index % 11 === 0 ? null : 18 + ((index * 53) % 97) / 5;
  const kink = years > 40 ? 2 * (years - 40) : 0;
  return {
    age: years,
    bmi: mass,
    y: 3 + 0.1 * years + kink + 0.05 * years * (mass ?? 25) + (index % 7) / 10,
  };
});

const product = (one: number, other: number | null): number | null => (other === null ? null : one * other);
const spelt = rows.map((row): SqlRow => ({
  ...row,
  "age.bendAt.40": Math.max(0, row.age - 40),
  "age.bendAt.-1.5": Math.max(0, row.age + 1.5),
  "age.times.bmi": product(row.age, row.bmi),
  "bmi.times.bmi": product(row.bmi ?? NaN, row.bmi),
}));

async function fit(definition: ModelDefinition, data: readonly SqlRow[]) {
  const engine = await openRows(definition, data);
  const input = { engine, definition, from: "data", commandDirectory: ".", workDirectory: "unused" };
  const fitted = await fitCandidate(input);
  const scored = await scoreFitted({ engine, definition }, fitted, "data");
  await engine.close();
  return { ...fitted, scored: Array.from(scored.predicted) };
}

async function servedBy(onnx: Uint8Array, definition: ModelDefinition): Promise<number[]> {
  const file = path.join(folder, "model.onnx");
  await writeFile(file, onnx);
  const signature = signatureOf(definition);
  const model = await OnnxModel.open(file, signature);
  const { prediction } = await model.predict(featureTable(signature, rows));
  await model.close();
  return [...prediction].map(Number);
}

const closeTo = (numbers: readonly number[]): unknown =>
  numbers.map((value): unknown => expect.closeTo(value, 9));

test.each<TrainerInput>([
  { kind: "ridge", alpha: 1 },
  { kind: "elastic-net", alpha: 0.01, l1Ratio: 0.5 },
  { kind: "boosted-trees", maxTrees: 10 },
])(
  "bends and products are the columns that they stand for, in every way to evaluate: $kind",
  async (trainer) => {
    const definition = bent(trainer);
    const found = await fit(definition, rows);
    const expected = await fit(plain(trainer), spelt);
    expect(found.scored).toEqual(closeTo(expected.scored));
    expect(await servedBy(found.onnx, definition)).toEqual(closeTo(found.scored));
    const signature = signatureOf(definition);
    const linear = findLinearParameters(found.onnx, signature);
    const trees = findTreeParameters(found.onnx, signature);
    const model = linear ? new LinearModel(linear) : trees && new TreeModel(trees);
    if (!model) throw new Error("It is a model of ours.");
    const table = featureTable(signature, rows);
    expect([...model.predict(table).prediction].map(Number)).toEqual(closeTo(found.scored));
    // What a number adds by itself, by its bends and by its products is one contribution.
    expect(model.explain(table).features).toEqual(["age", "bmi"]);
  },
);

test("they are what a straight line misses", async () => {
  const trainer = { kind: "ridge", alpha: 0 } as const;
  const errorOf = (scored: readonly number[]): number =>
    Math.sqrt(
      scored.reduce((sum, value, row) => sum + (value - (rows[row]?.y ?? NaN)) ** 2, 0) / rows.length,
    );
  const straight = await fit(
    definitionOf([{ ...age, also: undefined }, { ...bmi, also: undefined }, y], trainer),
    rows,
  );
  const { scored } = await fit(bent(trainer), rows);
  expect(errorOf(straight.scored)).toBeGreaterThan(2 * errorOf(scored));
});

test.each<[Column, string]>([
  [{ ...age, also: [{ times: "weight" }] }, '"weight" in its products is no number that is a feature'],
  [{ ...age, also: [{ times: "y" }] }, '"y" in its products is no number that is a feature'],
  [{ ...age, also: [{ bendAt: 1 }, { bendAt: 1 }] }, 'its number "age.bendAt.1" has the name of another'],
  [{ ...age, also: [{ root: 2 }] as never }, "Expected { bendAt: 30 }, or"],
  [
    { name: "town", type: "category", also: [{ bendAt: 1 }] },
    'column "town": only a number that is a feature has more to take',
  ],
])("a column %j is refused", (column, message) => {
  expect(() => definitionOf([column, bmi, y], { kind: "ridge", alpha: 1 })).toThrow(message);
});
