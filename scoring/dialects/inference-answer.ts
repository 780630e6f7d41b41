import type { Explanation } from "../../platform/onnx/explanation";
import { severalClasses } from "../../platform/definition/class-names";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";
import { plainArray } from "../model/answer";
import { RequestProblem } from "../problems/problem";
import { findRepeated } from "../rows/column-names";
import { show } from "../rows/read-faults";
import type { InferenceRequest, WantedOutput } from "./inference-request";
import { bytesOf } from "./inference-tensor";

interface OutputTensor {
  readonly name: string;
  readonly datatype: "FP64" | "INT64" | "BYTES";
  readonly shape: readonly number[];
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly values: Float64Array | readonly string[];
}

/** Outputs there are only when predictions are explained. */
export const explanationOutputs = ["base", "contributions"];

/** A model's outputs, of -1 rows. Of more than two classes the probabilities are one tensor, whose parameter names them as a JSON list. */
export function outputsOf({ task, target }: Signature): Omit<OutputTensor, "values">[] {
  if (task === "regression") return [{ name: "prediction", datatype: "FP64", shape: [-1] }];
  const label = typeof target.classes?.[0] === "string" ? "BYTES" : "INT64";
  const several = severalClasses(target.classes);
  return [
    { name: "prediction", datatype: label, shape: [-1] },
    several
      ? {
          name: "probabilities",
          datatype: "FP64",
          shape: [-1, several.length],
          parameters: { classes: JSON.stringify(several) },
        }
      : { name: "probability", datatype: "FP64", shape: [-1] },
  ];
}

function explanationTensors({ scale, base, features, contributions }: Explanation): OutputTensor[] {
  const width = features.length;
  const bases = typeof base === "number" ? [base] : base;
  const rows = contributions.length / (width * bases.length);
  const shape = typeof base === "number" ? [rows, width] : [rows, width, bases.length];
  return [
    {
      name: "base",
      datatype: "FP64",
      shape: [bases.length],
      parameters: { scale },
      values: Float64Array.from(bases),
    },
    {
      name: "contributions",
      datatype: "FP64",
      shape,
      parameters: { scale, features: features.join(",") },
      values: contributions,
    },
  ];
}

function tensorsOf(signature: Signature, predictions: Predictions, explanation: Explanation | undefined) {
  const tensors = outputsOf(signature).map(({ shape, ...head }): OutputTensor => {
    const values =
      head.name === "prediction"
        ? predictions.prediction
        : (predictions.probability ?? predictions.probabilities);
    return { ...head, shape: [predictions.prediction.length, ...shape.slice(1)], values: values ?? [] };
  });
  return explanation === undefined ? tensors : [...tensors, ...explanationTensors(explanation)];
}

/** Throws when a request asks for an output that the model does not have. */
export function checkOutputs(signature: Signature, { outputs }: InferenceRequest): void {
  if (outputs === undefined) return;
  const known = [...outputsOf(signature).map(({ name }) => name), ...explanationOutputs];
  for (const { name } of outputs) {
    if (known.includes(name)) continue;
    throw new RequestProblem(
      "INPUT_INVALID",
      `The model has no output ${show(name)}. Allowed: ${known.map(show).join(", ")}.`,
    );
  }
  // Each costs the client a few bytes, and the service one for each row.
  const twice = findRepeated(outputs.map(({ name }) => name));
  if (twice !== undefined)
    throw new RequestProblem("INPUT_INVALID", `Output ${show(twice)} is asked for twice. Ask for it once.`);
}

/** An answer's body; `jsonLength` when bytes follow its JSON part. */
export interface InferenceAnswer {
  readonly body: string | Buffer;
  readonly jsonLength?: number;
}

export interface InferenceContext {
  readonly signature: Signature;
  readonly name: string;
  readonly version: string;
  readonly explanation: Explanation | undefined;
}

/** The answer to an inference request: the outputs wanted, as JSON or, where that was asked for, as bytes after it. */
export function inferenceAnswer(
  { id, outputs, binary }: InferenceRequest,
  predictions: Predictions,
  { signature, name, version, explanation }: InferenceContext,
): InferenceAnswer {
  const tensors = tensorsOf(signature, predictions, explanation);
  const wanted: readonly WantedOutput[] = outputs ?? tensors.map((tensor) => ({ name: tensor.name, binary }));
  const parts: Buffer[] = [];
  const described = wanted.map((output) => {
    const tensor = tensors.find((candidate) => candidate.name === output.name);
    if (tensor === undefined) throw new Error(`There is no output ${output.name}.`);
    const { datatype, shape, values, parameters } = tensor;
    const head = { name: tensor.name, datatype, shape };
    if (!output.binary) return { ...head, ...(parameters && { parameters }), data: plainArray(values) };
    const bytes = bytesOf(datatype, values);
    parts.push(bytes);
    return { ...head, parameters: { ...parameters, binary_data_size: bytes.length } };
  });
  const answer = {
    model_name: name,
    model_version: version,
    ...(id !== undefined && { id }),
    outputs: described,
  };
  const json = JSON.stringify(answer);
  if (parts.length === 0) return { body: json };
  const head = Buffer.from(json);
  return { body: Buffer.concat([head, ...parts]), jsonLength: head.length };
}
