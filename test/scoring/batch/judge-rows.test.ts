import type { Signature } from "../../../platform/model/signature";
import { LinearModel } from "../../../platform/onnx/linear-model";
import { lookAt } from "../../../scoring/batch/judge-rows";

const signature: Signature = {
  task: "regression",
  inputs: [
    { name: "x", type: "number", nullable: false },
    { name: "k", type: "category", nullable: true, values: ["a", "b"] },
  ],
  target: { name: "y" },
};
const model = new LinearModel({
  signature,
  intercept: 0,
  terms: [
    { kind: "number", column: "x", mean: 0, scale: 1, coefficient: 10 },
    { kind: "category", column: "k", values: ["a", "b"], coefficients: [1, 2] },
  ],
});

test("rows are scored or rejected one by one, in their order, with every reason", async () => {
  const texts = [
    ["1", "b"],
    ["1e308", "a"],
    ["x", "c"],
    ["2", null],
  ];
  const rows = texts.map(([x = null, k = null], index) => ({ _row: index + 1, f1: x, f0: k }));
  const looked = await lookAt(model, { fields: ["f1", "f0"], format: undefined }, rows);
  expect(looked.scored.map(({ _row }) => _row)).toEqual([1, 4]);
  expect(looked.scores).toEqual([new Float64Array([12, 20])]);
  expect(looked.rejected.map(({ row, reasons }) => [row._row, ...reasons])).toEqual([
    [2, '"x" is 1e+308. The model has no finite prediction for so large a number. Correct it.'],
    [3, '"x" is "x". A finite number is required.', '"k" is "c". Allowed: "a", "b".'],
  ]);
});
