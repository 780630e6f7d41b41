import type { LinearParameters, Term } from "../../../platform/onnx/linear-parameters";
import type { Signature, SignatureColumn } from "../../../platform/model/signature";

/** Numbers from 0 to 1 by a linear congruential generator: the same in every run. */
export function randomNumbers(seed: number): () => number {
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
export function randomModel(random: Random, target: Pick<Signature, "task" | "target">): LinearParameters {
  const inputs = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, index): SignatureColumn => {
    const type = (["number", "number", "boolean", "category"] as const)[Math.floor(random() * 4)] ?? "number";
    const declared = type === "category" && random() < 0.5 && { values: ["p", "q"] };
    return { name: `f${index}`, type, nullable: type !== "boolean" && random() < 0.5, ...declared };
  });
  const signature = { ...target, inputs };
  return { signature, intercept: random() - 0.5, terms: inputs.map((column) => randomTerm(random, column)) };
}

export function randomRow(random: Random, { inputs }: Signature): Record<string, Cell> {
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

/** Each kind of target, by name. */
export const targets = [
  ["a regression", { task: "regression", target: { name: "y" } }],
  ["a classification of 0 and 1", { task: "classification", target: { name: "y", classes: [0, 1] } }],
  ["a classification of texts", { task: "classification", target: { name: "y", classes: ["no", "yes"] } }],
] as const;
