import type { Signature } from "../../platform/model/signature";
import { elementTypes } from "../../platform/onnx/onnx-messages";
import type { ForeignModel, ForeignNode, ForeignValue } from "./foreign-model";

/** Where the outputs of another program's model are. */
export interface FoundOutputs {
  /** Name of the value with the predictions. */
  readonly prediction: string;
  readonly probability?: {
    readonly name: string;
    /** Of its two columns, the one of the positive class; absent when it has one. */
    readonly column?: 0 | 1;
  };
}

const isFloating = ({ elementType }: ForeignValue): boolean =>
  elementType === elementTypes.float || elementType === elementTypes.double;

/** Whether a value has one number per row; of a shape that is not said, that is believed. */
const isColumn = ({ shape }: ForeignValue): boolean =>
  shape === undefined || shape.length < 2 || (shape.length === 2 && shape[1] === 1);

const isPair = ({ shape }: ForeignValue): boolean => shape?.length === 2 && shape[1] === 2;

const listed = (outputs: readonly ForeignValue[]): string =>
  outputs.map(({ name }) => `"${name}"`).join(", ") || "none";

function regressionOutput({ outputs }: ForeignModel): FoundOutputs | string {
  const numbers = outputs.filter((value) => isFloating(value) && isColumn(value));
  const found =
    numbers.find(({ name }) => name === "prediction") ?? (numbers.length === 1 ? numbers[0] : undefined);
  if (found !== undefined) return { prediction: found.name };
  return `its outputs are ${listed(outputs)}: one with a number per row is expected, or one named "prediction"`;
}

/** The classes in the order in which the model has their probabilities, as far as it says so. */
function classesOf(
  { nodes }: ForeignModel,
  zipMap: ForeignNode | undefined,
): readonly (string | number)[] | undefined {
  if (zipMap?.classes !== undefined) return zipMap.classes;
  const lists = nodes.flatMap(({ classes }) => (classes === undefined ? [] : [classes]));
  const different = new Set(lists.map((list) => JSON.stringify(list)));
  return different.size === 1 ? lists[0] : undefined;
}

interface FoundProbabilities {
  readonly name: string;
  readonly classes: readonly (string | number)[] | undefined;
}

/** Both probabilities of each row: a tensor, or what a ZipMap makes a sequence of maps of. */
function findProbabilities(model: ForeignModel): FoundProbabilities | undefined {
  for (const value of model.outputs) {
    if (isFloating(value) && isPair(value)) return { name: value.name, classes: classesOf(model, undefined) };
    const zipMap = model.nodes.find(({ op, outputs }) => op === "ZipMap" && outputs[0] === value.name);
    const name = zipMap?.inputs[0];
    if (name !== undefined) return { name, classes: classesOf(model, zipMap) };
  }
  return undefined;
}

function classificationOutputs(model: ForeignModel, { target }: Signature): FoundOutputs | string {
  const { outputs } = model;
  const [negative = 0, positive = 1] = target.classes ?? [];
  const labelType = typeof positive === "string" ? elementTypes.string : elementTypes.int64;
  const labels = outputs.filter(
    (value) => isColumn(value) && !isFloating(value) && value.elementType !== undefined,
  );
  const label =
    labels.find(({ name }) => name === "prediction") ?? (labels.length === 1 ? labels[0] : undefined);
  if (label === undefined)
    return `its outputs are ${listed(outputs)}: one with a class per row is expected, or one named "prediction"`;
  if (label.elementType !== labelType) {
    const wanted = typeof positive === "string" ? `the texts "${negative}" and "${positive}"` : "0 and 1";
    return `its classes ("${label.name}") are ${typeof positive === "string" ? "no texts" : "no whole numbers"}: ${wanted} are expected; fit it to them`;
  }
  const own = outputs.find((value) => value.name === "probability" && isFloating(value) && isColumn(value));
  if (own !== undefined) return { prediction: label.name, probability: { name: own.name } };
  const found = findProbabilities(model);
  if (found === undefined)
    return `its outputs are ${listed(outputs)}: one with both probabilities per row, [N, 2], is expected, or one named "probability" with that of "${positive}"; skl2onnx gives it without the option zipmap="columns"`;
  // Converters number classes that are numbers in their order.
  const classes = found.classes ?? (typeof positive === "number" ? [0, 1] : undefined);
  if (classes === undefined)
    return `it does not say which column of "${found.name}" is of which class; leave skl2onnx's option zipmap as it is, so that it does`;
  const column = classes.indexOf(positive);
  if (classes.length !== 2 || column < 0 || !classes.includes(negative))
    return `its classes are ${classes.map((name) => `"${name}"`).join(", ")}: "${negative}" and "${positive}" are expected; fit it to them`;
  return { prediction: label.name, probability: { name: found.name, column: column === 0 ? 0 : 1 } };
}

/** Finds the outputs by what they are, as each converter has its own names; a text says why that is not possible. */
export function findOutputs(model: ForeignModel, signature: Signature): FoundOutputs | string {
  return signature.task === "regression" ? regressionOutput(model) : classificationOutputs(model, signature);
}
