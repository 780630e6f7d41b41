import type { Signature } from "../../../platform/model/signature";
import { checkExplainable } from "../../../scoring/model/explain";

const signatureOf = (features: number, nameLength: number): Signature => ({
  task: "regression",
  inputs: Array.from({ length: features }, (_, index) => ({
    name: String(index).padEnd(nameLength, "x"),
    type: "number",
    nullable: false,
  })),
  target: { name: "cost" },
});

test.each([
  ["few features", 10_000, signatureOf(10, 3)],
  ["as many rows as fit", 8192, signatureOf(64, 4)],
  ["one row, however wide", 1, signatureOf(3000, 60_000)],
])("%s are explained", (_, rows, signature) => {
  expect(() => checkExplainable(rows, signature)).not.toThrow();
});

test.each([
  ["a row more than fit", 8193, signatureOf(64, 4), 8192],
  ["many features", 2500, signatureOf(1000, 30), 289],
  ["long names", 10_000, signatureOf(10, 1000), 1632],
])("%s would make too large an answer", (_, rows, signature, max) => {
  expect(() => checkExplainable(rows, signature)).toThrow(
    `The request has ${rows} rows to explain. At most ${max} are explained at once. Send them in several requests.`,
  );
});
