import { severalClasses, type ClassNames } from "../../platform/definition/class-names";
import type { Signature } from "../../platform/model/signature";
import { elementTypes } from "../../platform/onnx/onnx-messages";
import type { ForeignModel, ForeignNode, ForeignValue } from "./foreign-model";

/** Where the outputs of another program's model are. */
export interface FoundOutputs {
  /** Name of the value with the predictions. */
  readonly prediction: string;
  readonly probability?: {
    readonly name: string;
    /** Its columns of the classes whose probabilities are wanted, in their order: of two the positive one; absent when it has one. */
    readonly columns?: readonly number[];
  };
}

const isFloating = ({ elementType }: ForeignValue): boolean =>
  elementType === elementTypes.float || elementType === elementTypes.double;

/** Whether a value has one number per row; of a shape that is not said, that is believed. */
const isColumn = ({ shape }: ForeignValue): boolean =>
  shape === undefined || shape.length < 2 || (shape.length === 2 && shape[1] === 1);

const hasWidth = ({ shape }: ForeignValue, width: number): boolean =>
  shape?.length === 2 && shape[1] === width;

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

/** The probabilities of all classes of each row: a tensor, or what a ZipMap makes a sequence of maps of. */
function findProbabilities(model: ForeignModel, width: number): FoundProbabilities | undefined {
  for (const value of model.outputs) {
    if (isFloating(value) && hasWidth(value, width))
      return { name: value.name, classes: classesOf(model, undefined) };
    const zipMap = model.nodes.find(({ op, outputs }) => op === "ZipMap" && outputs[0] === value.name);
    const name = zipMap?.inputs[0];
    if (name !== undefined) return { name, classes: classesOf(model, zipMap) };
  }
  return undefined;
}

function classificationOutputs(model: ForeignModel, { target }: Signature): FoundOutputs | string {
  const { outputs } = model;
  const wanted: ClassNames = target.classes ?? [0, 1];
  const [, positive] = wanted;
  const isSeveral = severalClasses(wanted) !== undefined;
  const names = describeClasses(wanted);
  const labelType = typeof positive === "string" ? elementTypes.string : elementTypes.int64;
  const labels = outputs.filter(
    (value) => isColumn(value) && !isFloating(value) && value.elementType !== undefined,
  );
  const label =
    labels.find(({ name }) => name === "prediction") ?? (labels.length === 1 ? labels[0] : undefined);
  if (label === undefined)
    return `its outputs are ${listed(outputs)}: one with a class per row is expected, or one named "prediction"`;
  if (label.elementType !== labelType) {
    const expected = typeof positive === "string" ? `the texts ${names}` : names;
    return `its classes ("${label.name}") are ${typeof positive === "string" ? "no texts" : "no whole numbers"}: ${expected} are expected; fit it to them`;
  }
  const own = outputs.find((value) => value.name === "probability" && isFloating(value) && isColumn(value));
  if (own !== undefined && !isSeveral) return { prediction: label.name, probability: { name: own.name } };
  const found = findProbabilities(model, wanted.length);
  if (found === undefined && isSeveral)
    return `its outputs are ${listed(outputs)}: one with the probabilities of all classes per row, [N, ${wanted.length}], is expected; skl2onnx gives it without the option zipmap="columns"`;
  if (found === undefined)
    return `its outputs are ${listed(outputs)}: one with both probabilities per row, [N, 2], is expected, or one named "probability" with that of "${positive}"; skl2onnx gives it without the option zipmap="columns"`;
  // Converters number classes that are numbers in their order.
  const numbered = wanted.every((name) => typeof name === "number" && name >= 0 && name < wanted.length);
  const classes = found.classes ?? (numbered ? wanted.map((_, position) => position) : undefined);
  if (classes === undefined)
    return `it does not say which column of "${found.name}" is of which class; leave skl2onnx's option zipmap as it is, so that it does`;
  const columns = wanted.map((name) => classes.indexOf(name));
  if (classes.length !== wanted.length || columns.includes(-1)) {
    const expected = wanted.map((name) => `"${name}"`);
    return `its classes are ${classes.map((name) => `"${name}"`).join(", ")}: ${isSeveral ? expected.join(", ") : expected.join(" and ")} are expected; fit it to them`;
  }
  return {
    prediction: label.name,
    probability: { name: found.name, columns: isSeveral ? columns : columns.slice(1) },
  };
}

function describeClasses(classes: ClassNames): string {
  const shown = classes.map((name) => (typeof name === "string" ? `"${name}"` : String(name)));
  return shown.length === 2 ? shown.join(" and ") : shown.join(", ");
}

/** Finds the outputs by what they are, as each converter has its own names; a text says why that is not possible. */
export function findOutputs(model: ForeignModel, signature: Signature): FoundOutputs | string {
  return signature.task === "regression" ? regressionOutput(model) : classificationOutputs(model, signature);
}
