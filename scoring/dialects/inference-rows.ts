import type { Signature, SignatureColumn } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";
import { compareNames, Faults, show } from "../rows/read-faults";
import { checkRowCount, RowTable, type InputRows } from "../rows/row-table";
import type { Datatype, InputTensor } from "./inference-tensor";

/** The datatype of each type of feature, as the metadata gives it. */
export const featureDatatypes = {
  number: "FP64",
  boolean: "BOOL",
  category: "BYTES",
  date: "BYTES",
} as const;

function takes(type: SignatureColumn["type"], datatype: Datatype): boolean {
  if (type === "number") return datatype !== "BOOL" && datatype !== "BYTES";
  return datatype === featureDatatypes[type];
}

/** One value of a tensor; in binary data NaN and empty text are null, where that is allowed. */
function valueOf({ values, binary }: InputTensor, index: number, { nullable }: SignatureColumn): unknown {
  const value = values[index];
  return binary && nullable && (value === "" || Number.isNaN(value)) ? null : value;
}

/** Whether the request has its rows in one tensor, [rows, features], whose name stands for nothing. */
function isMatrix(signature: Signature, inputs: readonly InputTensor[]): boolean {
  const [first] = inputs;
  if (first === undefined || inputs.length > 1 || first.shape.length !== 2) return false;
  return !signature.inputs.some(({ name }) => name === first.name);
}

function readMatrix(signature: Signature, input: InputTensor, maxRows: number): InputRows {
  const { name, datatype, shape } = input;
  const columns = signature.inputs;
  const [rows = 0, width = 0] = shape;
  const faults = new Faults();
  if (width !== columns.length) {
    const names = columns.map((column) => column.name).join(", ");
    faults.addField(
      name,
      `Input ${show(name)} has ${width} columns. ${columns.length} are required: ${names}.`,
    );
  }
  for (const { name: feature, type } of columns) {
    if (takes(type, datatype)) continue;
    const expected = `It is a ${type} and cannot be in a tensor of ${datatype}. Send a tensor per feature.`;
    faults.addField(feature, `"${feature}" is in input ${show(name)}. ${expected}`);
  }
  faults.throwIfAny();
  checkRowCount(rows, maxRows);
  const table = new RowTable(signature, rows);
  columns.forEach((column, position) => {
    for (let row = 0; row < rows && !table.faults.enough; row++) {
      table.store(position, row, valueOf(input, row * width + position, column));
    }
  });
  return table.finish();
}

function checkTensors(signature: Signature, inputs: readonly InputTensor[]): Map<string, InputTensor> {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  if (byName.size < inputs.length) {
    const twice = inputs.find((input) => byName.get(input.name) !== input);
    throw new RequestProblem("INPUT_INVALID", `Input ${show(twice?.name)} appears twice. Send it once.`);
  }
  const faults = new Faults();
  const tell = (field: string, message: string): void => faults.addField(field, message);
  const names = signature.inputs.map(({ name }) => name);
  compareNames([...byName.keys()], names, tell);
  const rows = inputs[0]?.shape[0];
  for (const { name, type } of signature.inputs) {
    const input = byName.get(name);
    if (input === undefined) continue;
    const [length, width = 1] = input.shape;
    if (!takes(type, input.datatype)) {
      tell(name, `"${name}" has the datatype ${input.datatype}. ${featureDatatypes[type]} is required.`);
    } else if (width !== 1 || length !== rows) {
      tell(
        name,
        `"${name}" has the shape [${input.shape.join(", ")}]. [${rows}] or [${rows}, 1] is required.`,
      );
    }
  }
  faults.throwIfAny();
  return byName;
}

/** The rows of an inference request: a tensor per feature, [rows] or [rows, 1], or one tensor of numbers with all features. */
export function readInferenceRows(
  signature: Signature,
  inputs: readonly InputTensor[],
  maxRows: number,
): InputRows {
  const [first] = inputs;
  if (first !== undefined && isMatrix(signature, inputs)) return readMatrix(signature, first, maxRows);
  const tensors = checkTensors(signature, inputs);
  const rows = first?.shape[0] ?? 0;
  checkRowCount(rows, maxRows);
  const table = new RowTable(signature, rows);
  signature.inputs.forEach((column, position) => {
    const input = tensors.get(column.name);
    if (input === undefined) return;
    for (let row = 0; row < rows && !table.faults.enough; row++) {
      table.store(position, row, valueOf(input, row, column));
    }
  });
  return table.finish();
}
