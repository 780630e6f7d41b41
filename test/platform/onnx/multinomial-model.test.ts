import { writeFile } from "node:fs/promises";
import type { MultinomialParameters } from "../../../platform/onnx/linear-parameters";
import { findMultinomialParameters } from "../../../platform/onnx/find-multinomial-parameters";
import { MultinomialModel } from "../../../platform/onnx/multinomial-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { featureTable } from "../../../platform/model/table";
import { multinomialToOnnx } from "../../../training/onnx/multinomial-graph";
import { useTemporaryFolder } from "../base/temporary-folder";
import { weather, weatherRow } from "../model/fixtures/class-models";

const temporary = useTemporaryFolder();
const { signature } = weather;
const rows = [
  weatherRow,
  { ...weatherRow, wind: null },
  { ...weatherRow, warm: false, town: "unknown" },
  { wind: -40, warm: false, town: "B" },
];

async function inRuntime(parameters: MultinomialParameters): Promise<OnnxModel> {
  const file = temporary("model.onnx");
  await writeFile(file, multinomialToOnnx(parameters));
  return OnnxModel.open(file, parameters.signature);
}

test("a model of several classes is read out of its file whole, and answers as the ONNX runtime does", async () => {
  expect(findMultinomialParameters(multinomialToOnnx(weather), signature)).toEqual(weather);
  const table = featureTable(signature, rows);
  const onnx = await inRuntime(weather);
  const expected = await onnx.predict(table);
  await onnx.close();
  const actual = new MultinomialModel(weather).predict(table);
  expect(actual.prediction).toEqual(expected.prediction);
  expect(actual.probabilities).toHaveLength(rows.length * 3);
  actual.probabilities?.forEach((value, index) =>
    expect(value).toBeCloseTo(expected.probabilities?.[index] ?? NaN, 12),
  );
});

test("its probabilities are the softmax of sums worked out by hand", () => {
  const { probabilities, prediction } = new MultinomialModel(weather).predict(
    featureTable(signature, [weatherRow]),
  );
  // Wind 14 is (14 - 10) / 4 = 1; warm; town "A".
  const sums = [0.5 + 1 - 0.25 + 2, 0 - 1 + 0.25 - 1, -0.5 + 0 + 0 + 0];
  const total = sums.reduce((sum, value) => sum + Math.exp(value), 0);
  sums.forEach((value, name) => expect(probabilities?.[name]).toBeCloseTo(Math.exp(value) / total, 14));
  expect(prediction).toEqual(['dry, "very"']);
});

test("rows that are too large for it are found and refused, of whichever class the sum overflows", () => {
  const model = new MultinomialModel(weather);
  const table = featureTable(
    signature,
    [14, 1e308, 2, -1e308].map((wind) => ({ ...weatherRow, wind })),
  );
  const steep = new MultinomialModel({
    ...weather,
    predictors: weather.predictors.map((predictor, name) =>
      name < 2
        ? predictor
        : {
            ...predictor,
            terms: predictor.terms.map((term) =>
              term.kind === "number" ? { ...term, coefficient: 1e3 } : term,
            ),
          },
    ),
  });
  expect(model.findTooLarge(table)).toEqual([]);
  expect(steep.findTooLarge(table).map(({ row, field }) => [row, field])).toEqual([
    [1, "wind"],
    [3, "wind"],
  ]);
  expect(() => steep.predict(table)).toThrow(/^Row 1: "wind" is 1e\+308\./);
  // Without an overflow a very large sum is a certain class, not NaN.
  expect(model.predict(table).probabilities?.every(Number.isFinite)).toBe(true);
});
