import { PlatformError } from "../../platform/base/errors";
import { probabilityNames } from "../../platform/definition/class-names";
import { columnNumbers } from "../../platform/definition/column-numbers";
import type { ModelFeature } from "../../platform/definition/model-features";
import { fittedInputs } from "../../platform/model/fitted-inputs";
import type { Signature, SignatureColumn } from "../../platform/model/signature";
import { linearConventions } from "../../platform/onnx/linear-conventions";
import { elementTypes, type ElementType } from "../../platform/onnx/onnx-messages";
import { operatorSets } from "../../platform/onnx/onnx-operators";
import { withColumnNumbers } from "./arithmetic-graph";
import { findInputs, type FoundInputs } from "./foreign-inputs";
import { readForeignModel, surround, type ForeignModel } from "./foreign-model";
import { findOutputs, type FoundOutputs } from "./foreign-outputs";
import { innerPrefix } from "./inner-prefix";
import { inputShape } from "./linear-graph";
import { irVersion, OnnxGraph } from "./onnx-graph";

/** A model in the form of the contract, with what was changed in words; the same bytes and no words when nothing was. */
export interface AdaptedModel {
  readonly file: Uint8Array;
  readonly changes: readonly string[];
}

const { inputTypes } = linearConventions;

type Feature = ModelFeature<SignatureColumn>;

/** The type of a feature's input: numbers may stay in 32 bits, as converters have them. */
function ownType({ type }: Feature, found: ElementType): ElementType {
  return type === "number" ? found : inputTypes[type];
}

function isContract(
  { inputs, task, target }: Signature,
  { outputs }: ForeignModel,
  found: FoundInputs,
): boolean {
  if (found.kind === "matrix" || fittedInputs({ inputs }).hasNumbers) return false;
  if ([...found.names].some(([feature, name]) => feature !== name)) return false;
  const label = typeof target.classes?.[0] === "string" ? "string" : "int64";
  const expected: Readonly<Record<string, string>> = {
    prediction: task === "regression" ? "double" : label,
    ...Object.fromEntries(probabilityNames(target.classes).map((name) => [name, "double"])),
  };
  return (
    fittedInputs({ inputs }).features.every(
      (column) => found.types.get(column.name) === ownType(column, found.types.get(column.name) ?? "bool"),
    ) &&
    Object.entries(expected).every(([name, type]) =>
      outputs.some((value) => value.name === name && value.elementType === elementTypes[type as ElementType]),
    )
  );
}

/** The numbers that inputs become. */
function numbersOf(
  graph: OnnxGraph,
  signature: Signature,
  shape: readonly (number | string)[],
): ReadonlyMap<string, string> {
  const used = new Set(signature.inputs.flatMap(columnNumbers).flatMap(({ of }) => of));
  const becoming = signature.inputs.filter(({ name }) => used.has(name));
  if (becoming.length === 0) return new Map();
  const column = graph.int64s([-1, 1], [2]);
  const columns = becoming.map(({ name, type }) => {
    const data = graph.input(name, inputTypes[type], shape);
    return [name, graph.node("Reshape", { data, shape: column })] as const;
  });
  return withColumnNumbers(graph, signature, new Map(columns));
}

/** A graph that makes of one input per feature what a model takes; its values go to the model by their names there. */
function inputGraph(prefix: string, inner: string, signature: Signature, found: FoundInputs): OnnxGraph {
  const graph = new OnnxGraph(`${prefix}in/`);
  const shape = inputShape(signature);
  // Only what is used is made: runtimes warn of the rest.
  const shapes = new Map<number, string>();
  const shapeOf = (rank: number): string => {
    const known = shapes.get(rank);
    const made = known ?? (rank === 1 ? graph.int64s([-1], [1]) : graph.int64s([-1, 1], [2]));
    shapes.set(rank, made);
    return made;
  };
  const numbers = numbersOf(graph, signature, shape);
  const columns = fittedInputs(signature).features.map((column) => {
    const { name } = column;
    const wanted = found.kind === "matrix" ? found.type : (found.types.get(name) ?? "double");
    const rank = found.kind === "matrix" ? 2 : (found.ranks.get(name) ?? 2);
    const number = numbers.get(name);
    const given = number === undefined ? ownType(column, wanted) : "double";
    const input = number ?? graph.input(name, given, shape);
    const cast =
      given === wanted ? input : graph.node("Cast", { input }, { attributes: { to: elementTypes[wanted] } });
    const options = found.kind === "matrix" ? {} : { output: `${inner}${found.names.get(name) ?? name}` };
    return graph.node("Reshape", { data: cast, shape: shapeOf(rank) }, options);
  });
  if (found.kind === "matrix") {
    graph.node("Concat", columns, { attributes: { axis: 1 }, output: `${inner}${found.name}` });
  }
  return graph;
}

/** A graph that makes the outputs of the contract of a model's own, [N] each. */
function outputGraph(prefix: string, inner: string, signature: Signature, found: FoundOutputs): OnnxGraph {
  const graph = new OnnxGraph(`${prefix}out/`);
  const column = graph.int64s([-1], [1]);
  const asDoubles = (value: string, output: string): void => {
    const flat = graph.node("Reshape", { data: value, shape: column });
    graph.node("Cast", { input: flat }, { attributes: { to: elementTypes.double }, output });
    graph.output(output, "double", ["N"]);
  };
  if (signature.task === "regression") {
    asDoubles(`${inner}${found.prediction}`, "prediction");
    return graph;
  }
  graph.node("Reshape", { data: `${inner}${found.prediction}`, shape: column }, { output: "prediction" });
  graph.output("prediction", typeof signature.target.classes?.[0] === "string" ? "string" : "int64", ["N"]);
  const { name, columns } = found.probability ?? { name: "" };
  const value = `${inner}${name}`;
  probabilityNames(signature.target.classes).forEach((output, index) => {
    const position = columns?.[index];
    const probability =
      position === undefined
        ? value
        : graph.node("ArrayFeatureExtractor", { X: value, Y: graph.int64s([position], [1]) });
    asDoubles(probability, output);
  });
  return graph;
}

function describeChanges(signature: Signature, inputs: FoundInputs, outputs: FoundOutputs): string[] {
  const { prediction, probability } = outputs;
  const taken =
    inputs.kind === "matrix"
      ? [
          `"${inputs.name}" takes ${fittedInputs(signature)
            .features.map(({ name }) => name)
            .join(", ")}, in this order`,
        ]
      : [...inputs.names].flatMap(([feature, name]) =>
          feature === name ? [] : [`"${name}" takes ${feature}`],
        );
  const given =
    probability === undefined
      ? []
      : [
          `"${probability.name}"${describeColumns(probability.columns)} gives ${(probability.columns?.length ?? 1) > 1 ? "the classes' probabilities" : "probability"}`,
        ];
  return [...taken, `"${prediction}" gives prediction`, ...given];
}

function describeColumns(columns: readonly number[] | undefined): string {
  if (columns === undefined) return "";
  const shown = columns.map((column) => column + 1);
  return shown.length === 1 ? `, column ${shown[0]},` : `, columns ${shown.join(", ")},`;
}

/**
 * Brings a model that a converter wrote (skl2onnx's, LightGBM's or XGBoost's) into the form of the contract: an input per
 * feature, and the outputs "prediction" and "probability". What it computes is as it was. Throws MODEL_INVALID with what to
 * do about it when that is not possible.
 */
export function adaptModel(file: Uint8Array, signature: Signature, name: string): AdaptedModel {
  const model = readForeignModel(file);
  // Loading it, which comes next, says what it is instead.
  if (model === undefined) return { file, changes: [] };
  const inputs = findInputs(model, signature);
  if (typeof inputs !== "string" && isContract(signature, model, inputs)) return { file, changes: [] };
  const outputs = findOutputs(model, signature);
  if (typeof inputs === "string" || typeof outputs === "string") {
    const faults = [inputs, outputs].filter((found) => typeof found === "string");
    throw new PlatformError(
      "MODEL_INVALID",
      `${name} is not as its signature says: ${faults.join(". Besides, ")}. Correct the program that wrote it.`,
    );
  }
  const prefix = innerPrefix(signature);
  const inner = `${prefix}model/`;
  const missing = Object.entries({ "": operatorSets[""], "ai.onnx.ml": 1 }).filter(
    ([domain]) => !model.domains.has(domain),
  );
  const adapted = surround(file, {
    prefix: inner,
    before: inputGraph(prefix, inner, signature, inputs).encodeGraph(),
    after: outputGraph(prefix, inner, signature, outputs).encodeGraph(),
    irVersion: Math.max(model.irVersion, irVersion),
    operatorSets: Object.fromEntries(missing),
  });
  return { file: adapted, changes: describeChanges(signature, inputs, outputs) };
}
