import type { FeatureType, ModelFeature } from "../../platform/definition/model-features";
import { fittedInputs } from "../../platform/model/fitted-inputs";
import type { Signature, SignatureColumn } from "../../platform/model/signature";
import { elementTypes, type ElementType } from "../../platform/onnx/onnx-messages";
import type { ForeignModel, ForeignValue } from "./foreign-model";

/** What another program's model takes: a value per feature, or one with all of them side by side. */
export type FoundInputs =
  | {
      readonly kind: "columns";
      readonly types: ReadonlyMap<string, ElementType>;
      readonly ranks: ReadonlyMap<string, number>;
      /** The input of each feature, where the model calls it otherwise. */
      readonly names: ReadonlyMap<string, string>;
    }
  | { readonly kind: "matrix"; readonly name: string; readonly type: "float" | "double" };

type Feature = ModelFeature<SignatureColumn>;

const nameOfType = new Map(
  Object.entries(elementTypes).map(([name, type]) => [type as number, name as ElementType]),
);

const remedy =
  "Declare numbers as FloatTensorType or DoubleTensorType, with a shape of [None, 1] for each feature, or [None, number of features] for one input of all";

/** Element types that a feature may have in a model; those of booleans are 0 and 1 there. */
const taken: Readonly<Record<FeatureType, readonly ElementType[]>> = {
  number: ["double", "float"],
  boolean: ["bool", "float", "double", "int64", "int32"],
  category: ["string"],
};

function typeFault({ name, type }: Feature, found: ElementType | undefined): string | undefined {
  if (found !== undefined && taken[type].includes(found)) return undefined;
  const whole = type === "number" && (found === "int64" || found === "int32");
  const why = whole ? ", which would cut 1.5 to 1" : "";
  return `input "${name}" is ${found ?? "of another type"}${why}: a ${type} is ${taken[type].join(" or ")}`;
}

/**
 * A feature's name as skl2onnx writes it: what C would not take in a name is an underscore (`_generate_unique_name` in its
 * `common/_topology.py`).
 */
function convertedName(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_+]/gu, "_");
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

/** The model's names of features, by theirs; undefined where they are not its inputs, or two would have one. */
function findNames(
  inputs: readonly Feature[],
  values: readonly ForeignValue[],
): ReadonlyMap<string, string> | undefined {
  const known = new Set(values.map(({ name }) => name));
  const names = new Map<string, string>();
  for (const { name } of inputs) names.set(name, known.has(name) ? name : convertedName(name));
  const given = new Set(names.values());
  const isEach = values.length === inputs.length && given.size === inputs.length;
  return isEach && [...given].every((name) => known.has(name)) ? names : undefined;
}

function findColumns(
  inputs: readonly Feature[],
  values: readonly ForeignValue[],
  names: ReadonlyMap<string, string>,
): FoundInputs | string {
  const byName = new Map(values.map((value) => [value.name, value]));
  const types = new Map<string, ElementType>();
  const ranks = new Map<string, number>();
  const faults: string[] = [];
  for (const feature of inputs) {
    const value = byName.get(names.get(feature.name) ?? feature.name);
    const type = nameOfType.get(value?.elementType ?? 0);
    const fault = typeFault(feature, type);
    if (fault !== undefined) faults.push(fault);
    else if (type !== undefined) types.set(feature.name, type);
    ranks.set(feature.name, value?.shape?.length ?? 2);
  }
  return faults.length > 0 ? `${faults.join("; ")}. ${remedy}` : { kind: "columns", types, ranks, names };
}

function findMatrix(
  inputs: readonly Feature[],
  { name, elementType, shape }: ForeignValue,
): FoundInputs | string {
  const type = nameOfType.get(elementType ?? 0);
  const width = shape?.[1];
  const texts = inputs.filter((feature) => feature.type === "category").map((feature) => `"${feature.name}"`);
  if (type !== "float" && type !== "double") {
    return `its input "${name}" is ${type ?? "of another type"}: float or double is expected of one input for all features. ${remedy}`;
  }
  if (texts.length > 0) {
    return `its one input "${name}" is of numbers, and ${texts.join(", ")} ${texts.length === 1 ? "is a text" : "are texts"}. Give each feature an input of its own, named after it, and encode texts inside the model`;
  }
  if ((shape !== undefined && shape.length !== 2) || (width !== undefined && width !== inputs.length)) {
    return `its input "${name}" has the shape [${(shape ?? []).map((size) => size ?? "N").join(", ")}]: [N, ${inputs.length}] is expected, for ${inputs.map((feature) => feature.name).join(", ")}`;
  }
  return { kind: "matrix", name, type };
}

/** Finds what a model takes; a text says why it cannot be given that. */
export function findInputs({ inputs: values }: ForeignModel, signature: Signature): FoundInputs | string {
  const fitted = fittedInputs(signature).features;
  const names = findNames(fitted, values);
  if (names !== undefined) return findColumns(fitted, values, names);
  const features = new Set(fitted.map(({ name }) => name));
  const [only] = values;
  if (only !== undefined && values.length === 1) return findMatrix(fitted, only);
  const missing = [...features].filter((name) => !values.some((value) => value.name === name));
  const extra = values.map(({ name }) => name).filter((name) => !features.has(name));
  const faults = [
    ...missing.map((name) => `input "${name}" is missing`),
    ...extra.map((name) => `input "${name}" is not a feature`),
  ];
  return `${faults.join("; ")}. Give each feature an input of its own, named after it, or all numbers one input`;
}
