import { readExplain } from "../model/explain";
import type { Signature } from "../../platform/model/signature";
import { findTextFault } from "../../platform/model/category-text";
import { parseJson } from "../http/json-body";
import { checkIdLength } from "../http/request-ids";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";
import {
  datatypes,
  isDatatype,
  refuseTensor,
  tensorOfBytes,
  tensorOfJson,
  type InputTensor,
} from "./inference-tensor";

/** An output that a request asks for. */
export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
}

/** An inference request of the Open Inference Protocol. */
export interface InferenceRequest {
  readonly id: string | undefined;
  readonly inputs: readonly InputTensor[];
  /** All outputs when not given. */
  readonly outputs: readonly WantedOutput[] | undefined;
  /** Whether outputs that do not say so themselves are sent as bytes. */
  readonly binary: boolean;
  readonly explain: boolean;
}

type Properties = Readonly<Record<string, unknown>>;

function invalid(message: string): never {
  throw new RequestProblem("BODY_INVALID", message);
}

/** A JSON object that has no other properties than those allowed. */
function objectOf(value: unknown, what: string, allowed: readonly string[]): Properties {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    invalid(`${what} is ${show(value)}. Expected an object.`);
  }
  const strangers = Object.keys(value).filter((name) => !allowed.includes(name));
  if (strangers.length > 0) {
    const names = strangers.slice(0, 20).map(show).join(", ");
    invalid(`${what} has ${names}. Allowed: ${allowed.map(show).join(", ")}.`);
  }
  return value as Properties;
}

function parametersOf(value: unknown, what: string, allowed: readonly string[]): Properties {
  return value === undefined || value === null ? {} : objectOf(value, `"parameters" of ${what}`, allowed);
}

function flagOf(parameters: Properties, name: string, what: string): boolean | undefined {
  const value = parameters[name];
  if (value === undefined || typeof value === "boolean") return value;
  return invalid(`"${name}" of ${what} is ${show(value)}. Expected true or false.`);
}

/** How MLServer's clients say what a tensor stands for; other codecs would mean other values. */
function checkContentType(parameters: Properties, allowed: readonly string[]): void {
  const type = parameters.content_type;
  if (type === undefined || (typeof type === "string" && allowed.includes(type))) return;
  invalid(`"content_type" is ${show(type)}. Allowed: ${allowed.map(show).join(", ")}.`);
}

function nameOf(value: unknown, what: string): string {
  return typeof value === "string" ? value : invalid(`"name" of ${what} is ${show(value)}. Expected a text.`);
}

function isSize(size: unknown): size is number {
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 1;
}

function shapeOf(name: string, value: unknown): readonly number[] {
  const shape: readonly unknown[] = Array.isArray(value) ? value : [];
  if ((shape.length === 1 || shape.length === 2) && shape.every(isSize)) return shape;
  return refuseTensor(name, `has the shape ${show(value)}. Expected [rows] or [rows, columns].`);
}

/** The bytes after the JSON part, of which each tensor with `binary_data_size` takes its own in turn. */
class BinaryPart {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  take(name: string, size: unknown): Buffer {
    const left = this.bytes.length - this.at;
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 || size > left) {
      refuseTensor(name, `has the binary_data_size ${show(size)}. ${left} bytes of binary data are left.`);
    }
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  assertUsed(): void {
    const left = this.bytes.length - this.at;
    if (left > 0)
      invalid(`The body has ${left} bytes of binary data that belong to no input. Give binary_data_size.`);
  }
}

function inputOf(value: unknown, index: number, binary: BinaryPart): InputTensor {
  const what = `input ${index}`;
  const input = objectOf(value, what, ["name", "shape", "datatype", "parameters", "data"]);
  const name = nameOf(input.name, what);
  const parameters = parametersOf(input.parameters, what, ["binary_data_size", "content_type"]);
  checkContentType(parameters, ["np", "pd", "str"]);
  const { datatype, data } = input;
  if (!isDatatype(datatype)) {
    refuseTensor(name, `has the datatype ${show(datatype)}. Allowed: ${datatypes.join(", ")}.`);
  }
  const head = { name, datatype, shape: shapeOf(name, input.shape) };
  const { binary_data_size: size } = parameters;
  if (size === undefined) return tensorOfJson(head, data);
  if (data !== undefined) refuseTensor(name, "has both data and binary_data_size. Send one of them.");
  return tensorOfBytes(head, binary.take(name, size));
}

function outputsOf(value: unknown, binary: boolean): WantedOutput[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) invalid(`"outputs" is ${show(value)}. Expected an array.`);
  if (value.length === 0) return undefined;
  return value.map((item: unknown, index) => {
    const what = `output ${index}`;
    const output = objectOf(item, what, ["name", "parameters"]);
    const parameters = parametersOf(output.parameters, what, ["binary_data", "content_type"]);
    checkContentType(parameters, ["np", "pd", "str"]);
    return { name: nameOf(output.name, what), binary: flagOf(parameters, "binary_data", what) ?? binary };
  });
}

/** Where the JSON part of a body ends. */
function jsonLength(header: string | undefined, length: number): number {
  if (header === undefined) return length;
  const size = /^\d{1,15}$/.test(header) ? Number(header) : NaN;
  if (size <= length) return size;
  throw new RequestProblem(
    "REQUEST_INVALID",
    `Inference-Header-Content-Length is ${show(header)}. Expected the length of the JSON part, at most ${length}.`,
  );
}

/** KServe's client repeats in the body what the address says. It has to be the same. */
function checkModel(request: Properties, model: AddressedModel): void {
  for (const [property, served] of [
    ["model_name", model.name],
    ["model_version", model.version],
  ] as const) {
    const given = request[property];
    if (given !== undefined && given !== null && given !== served) {
      invalid(`"${property}" is ${show(given)}, but the address is that of ${show(served)}. Leave it out.`);
    }
  }
}

/** The request's own id, by which the prediction log knows it. */
function idOf(id: unknown): string | undefined {
  if (id === undefined || id === null) return undefined;
  if (typeof id !== "string") return invalid(`"id" is ${show(id)}. Expected a text.`);
  checkIdLength('"id"', id, "BODY_INVALID");
  const fault = findTextFault(id);
  return fault === undefined ? id : invalid(`"id" ${fault}. Send it without that.`);
}

/** The model that a request is for, by its address. */
export interface AddressedModel {
  readonly name: string;
  readonly version: string;
  readonly signature: Signature;
}

/** Reads a request; `headerLength` is its `Inference-Header-Content-Length`, where binary data follow the JSON. */
export function readInferenceRequest(
  body: Buffer,
  headerLength: string | undefined,
  model: AddressedModel,
): InferenceRequest {
  const end = jsonLength(headerLength, body.length);
  const json = parseJson(body.subarray(0, end), model.signature);
  const request = objectOf(json.value, "The body", [
    ...["id", "model_name", "model_version", "parameters", "inputs", "outputs"],
  ]);
  checkModel(request, model);
  const { inputs } = request;
  const id = idOf(request.id);
  const names = ["explain", "binary_data_output", "content_type"];
  const parameters = parametersOf(request.parameters, "the body", names);
  checkContentType(parameters, ["np", "pd"]);
  if (!Array.isArray(inputs) || inputs.length === 0) {
    invalid(`"inputs" is ${show(inputs)}. Expected an array with a tensor per feature, or one of all.`);
  }
  const binary = flagOf(parameters, "binary_data_output", "the body") ?? false;
  const rest = new BinaryPart(body.subarray(end));
  const tensors = inputs.map((input, index) => inputOf(input, index, rest));
  rest.assertUsed();
  const outputs = outputsOf(request.outputs, binary);
  json.assertNothingTwice();
  return { id, inputs: tensors, outputs, binary, explain: readExplain(parameters.explain) };
}
