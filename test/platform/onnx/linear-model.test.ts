import { writeFile } from "node:fs/promises";
import { LinearModel } from "../../../platform/onnx/linear-model";
import {
  findLinearParameters,
  type LinearParameters,
  type Term,
} from "../../../platform/onnx/linear-parameters";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import type { Signature, SignatureColumn } from "../../../platform/model/signature";
import { featureTable } from "../../../platform/model/table";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { useTemporaryFolder } from "../base/temporary-folder";

const temporary = useTemporaryFolder();

/** Numbers from 0 to 1 by a linear congruential generator: the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
}

type Random = () => number;
type Cell = number | string | boolean | null;

function randomTerm(
  random: Random,
  { name, type, nullable, values = ["p", "q", "r"] }: SignatureColumn,
): Term {
  const around = (size: number): number => (random() - 0.5) * size;
  if (type === "boolean") return { kind: "boolean", column: name, coefficient: around(5) };
  if (type === "number") {
    const imputation = nullable && { imputation: around(9) };
    return {
      kind: "number",
      column: name,
      ...imputation,
      mean: around(20),
      scale: 0.1 + random(),
      coefficient: around(3),
    };
  }
  const coefficients = values.map(() => around(4));
  return {
    kind: "category",
    column: name,
    values,
    coefficients,
    ...(nullable && { imputation: values[1] ?? "" }),
  };
}

/** A model with features of random types, in random order, of each kind of target. */
function randomModel(random: Random, target: Pick<Signature, "task" | "target">): LinearParameters {
  const inputs = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, index): SignatureColumn => {
    const type = (["number", "number", "boolean", "category"] as const)[Math.floor(random() * 4)] ?? "number";
    const declared = type === "category" && random() < 0.5 && { values: ["p", "q"] };
    return { name: `f${index}`, type, nullable: type !== "boolean" && random() < 0.5, ...declared };
  });
  const signature = { ...target, inputs };
  return { signature, intercept: random() - 0.5, terms: inputs.map((column) => randomTerm(random, column)) };
}

function randomRow(random: Random, { inputs }: Signature): Record<string, Cell> {
  return Object.fromEntries(
    inputs.map(({ name, type, nullable, values = ["p", "q", "r", "unknown"] }): [string, Cell] => {
      if (nullable && random() < 0.3) return [name, null];
      if (type === "boolean") return [name, random() < 0.5];
      return [
        name,
        type === "number" ? (random() - 0.5) * 60 : (values[Math.floor(random() * values.length)] ?? null),
      ];
    }),
  );
}

const targets = [
  ["a regression", { task: "regression", target: { name: "y" } }],
  ["a classification of 0 and 1", { task: "classification", target: { name: "y", classes: [0, 1] } }],
  ["a classification of texts", { task: "classification", target: { name: "y", classes: ["no", "yes"] } }],
] as const;

test.each(targets)(
  "%s is read out of its file whole, and answers as the ONNX runtime does",
  async (_, target) => {
    const random = randomNumbers(17);
    for (let round = 0; round < 25; round++) {
      const parameters = randomModel(random, target);
      const { signature } = parameters;
      const bytes = toOnnx(parameters);
      const found = findLinearParameters(bytes, signature);
      expect(found).toEqual(parameters);
      const file = temporary(`model-${round}.onnx`);
      await writeFile(file, bytes);
      const onnx = await OnnxModel.open(file, signature);
      const table = featureTable(
        signature,
        Array.from({ length: 20 }, () => randomRow(random, signature)),
      );
      const expected = await onnx.predict(table);
      const actual = new LinearModel(parameters).predict(table);
      const [wanted, given] = [
        expected.probability ?? expected.prediction,
        actual.probability ?? actual.prediction,
      ];
      wanted.forEach((value, row) => {
        expect(Math.abs(Number(given[row]) - Number(value))).toBeLessThanOrEqual(
          1e-12 * Math.max(1, Math.abs(Number(value))),
        );
      });
      if (signature.task === "classification") expect(actual.prediction).toEqual(expected.prediction);
      await onnx.close();
    }
  },
);

test("contributions and base add up to the prediction, or its log-odds", () => {
  const random = randomNumbers(3);
  for (const [, target] of targets) {
    const parameters = randomModel(random, target);
    const { signature } = parameters;
    const model = new LinearModel(parameters);
    const table = featureTable(
      signature,
      Array.from({ length: 50 }, () => randomRow(random, signature)),
    );
    const { base, features, contributions, scale } = model.explain(table);
    const { prediction, probability } = model.predict(table);
    expect(features).toEqual(signature.inputs.map(({ name }) => name));
    for (let row = 0; row < table.rows; row++) {
      const own = contributions.slice(row * features.length, (row + 1) * features.length);
      const sum = own.reduce((total, part) => total + part, base);
      const expected = Number((probability ?? prediction)[row]);
      const actual = scale === "prediction" ? sum : 1 / (1 + Math.exp(-sum));
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)));
    }
  }
});

describe("a file that is not exactly what our trainers write has no linear parameters", () => {
  const parameters = randomModel(randomNumbers(5), targets[0][1]);
  const { signature } = parameters;
  const bytes = toOnnx(parameters);

  /** The file with one text in it replaced by another of the same length. */
  function replaced(from: string, to: string): Uint8Array {
    const copy = Buffer.from(bytes);
    const at = copy.indexOf(from);
    expect(at).toBeGreaterThan(0);
    copy.write(to, at, "latin1");
    return copy;
  }

  test("though the file itself has", () => {
    expect(signature.inputs.map(({ type }) => type)).toContain("number");
    expect(findLinearParameters(bytes, signature)).toBeDefined();
  });

  test.each([
    ["another operator", () => replaced("\x03Sub", "\x03Add")],
    ["another operator at its end", () => replaced("\x08Identity", "\x08Softplus")],
    ["another attribute", () => replaced("axis", "axes")],
    ["a shorter file", () => bytes.subarray(0, bytes.length - 10)],
    ["another operator set", () => replaced("ai.onnx.ml\x10\x02", "ai.onnx.ml\x10\x03")],
    ["text", () => Buffer.from("no model")],
    ["nothing", () => new Uint8Array()],
  ])("%s", (_, change) => {
    expect(findLinearParameters(change(), signature)).toBeUndefined();
  });

  test.each<[string, Signature]>([
    ["another task", { ...signature, task: "classification", target: { name: "y", classes: [0, 1] } }],
    ["one feature less", { ...signature, inputs: signature.inputs.slice(1) }],
    [
      "a feature of another name",
      {
        ...signature,
        inputs: signature.inputs.map((column, index) =>
          index === 0 ? { ...column, name: "other" } : column,
        ),
      },
    ],
    [
      "a feature more",
      { ...signature, inputs: [...signature.inputs, { name: "more", type: "number", nullable: false }] },
    ],
  ])("for a signature with %s", (_, other) => {
    expect(findLinearParameters(bytes, other)).toBeUndefined();
  });

  test("for another threshold between the classes", () => {
    const classifier = randomModel(randomNumbers(5), targets[1][1]);
    const file = Buffer.from(toOnnx(classifier));
    const half = Buffer.from(Float64Array.of(0.5).buffer);
    const at = file.indexOf(half);
    expect(file.lastIndexOf(half)).toBe(at);
    file.writeDoubleLE(0.6, at);
    expect(findLinearParameters(toOnnx(classifier), classifier.signature)).toBeDefined();
    expect(findLinearParameters(file, classifier.signature)).toBeUndefined();
  });

  test("cut off or changed anywhere, it is refused or read, but never fails in another way", () => {
    const random = randomNumbers(23);
    for (let round = 0; round < 300; round++) {
      const copy = Uint8Array.from(bytes).subarray(
        0,
        round % 3 === 0 ? Math.floor(random() * bytes.length) : bytes.length,
      );
      if (copy.length > 0) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      expect(() => findLinearParameters(copy, signature)).not.toThrow();
    }
  });
});
