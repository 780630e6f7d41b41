import { datatypes } from "../dialects/inference-tensor";
import {
  explanationSchema,
  predictionSchema,
  referenceTo,
  type Schema,
  type SchemaOptions,
} from "./openapi-schemas";

function closed(properties: Schema, required: readonly string[]): Schema {
  return { type: "object", additionalProperties: false, required, properties };
}

const text = { type: "string" };
const flag = { type: "boolean" };

function inferenceSchemas(): Record<string, Schema> {
  const shape = { type: "array", minItems: 1, maxItems: 2, items: { type: "integer", minimum: 1 } };
  const size = { type: "integer", minimum: 0 };
  const tensor = {
    name: {
      ...text,
      description: "A feature; or any name, for one tensor with all features as its columns.",
    },
    shape,
    datatype: { ...text, enum: datatypes },
    parameters: closed({ binary_data_size: size, content_type: { ...text, enum: ["np", "pd", "str"] } }, []),
    data: { type: "array", description: "Values, flat or as a list of rows." },
  };
  const output = {
    name: text,
    parameters: closed({ binary_data: flag, content_type: { ...text, enum: ["np", "pd", "str"] } }, []),
  };
  const parameters = {
    explain: flag,
    binary_data_output: flag,
    content_type: { ...text, enum: ["np", "pd"] },
  };
  const described = { name: text, datatype: text, shape: { type: "array", items: { type: "integer" } } };
  const tensors = {
    type: "array",
    items: { type: "object", required: Object.keys(described), properties: described },
  };
  return {
    InferenceRequest: closed(
      {
        id: text,
        model_name: { ...text, description: "That of the address, if it is given." },
        model_version: { ...text, description: "That of the address, if it is given." },
        parameters: closed(parameters, []),
        inputs: { type: "array", minItems: 1, items: closed(tensor, ["name", "shape", "datatype"]) },
        outputs: { type: "array", items: closed(output, ["name"]) },
      },
      ["inputs"],
    ),
    InferenceResponse: {
      type: "object",
      required: ["model_name", "model_version", "outputs"],
      properties: { model_name: text, model_version: text, id: text, outputs: tensors },
    },
    InferenceError: { type: "object", required: ["error"], properties: { error: text } },
    ServerMetadata: {
      type: "object",
      required: ["name", "version", "extensions"],
      properties: { name: text, version: text, extensions: { type: "array", items: text } },
    },
    ModelMetadata: {
      type: "object",
      required: ["name", "versions", "platform", "inputs", "outputs"],
      properties: {
        name: text,
        versions: { type: "array", items: text },
        platform: text,
        inputs: tensors,
        outputs: tensors,
      },
    },
  };
}

function mlflowSchemas(options: SchemaOptions): Record<string, Schema> {
  const { signature } = options;
  const names = signature.inputs.map(({ name }) => name);
  const size = { minItems: 1 };
  const either = { anyOf: [referenceTo("Rows", options), referenceTo("Columns", options)] };
  const forms = {
    dataframe_split: closed(
      {
        columns: {
          type: "array",
          items: { ...text, enum: names },
          minItems: names.length,
          maxItems: names.length,
          uniqueItems: true,
        },
        data: { type: "array", items: { type: "array" }, ...size },
        index: { type: "array" },
      },
      ["columns", "data"],
    ),
    dataframe_records: { type: "array", items: referenceTo("Row", options), ...size },
    instances: either,
    inputs: either,
  };
  const params = { anyOf: [closed({ explain: flag }, []), { type: "null" }] };
  const prediction = {
    type: "object",
    required: signature.target.classes ? ["prediction", "probability"] : ["prediction"],
    properties: {
      prediction: predictionSchema(signature),
      ...(signature.target.classes && { probability: { type: "number" } }),
    },
  };
  return {
    Invocation: {
      oneOf: Object.entries(forms).map(([name, schema]) => closed({ [name]: schema, params }, [name])),
    },
    Invoked: {
      type: "object",
      required: ["predictions"],
      properties: {
        predictions: { type: "array", items: prediction },
        explanation: explanationSchema(signature),
      },
    },
    MlflowError: {
      type: "object",
      required: ["error_code", "message"],
      properties: { error_code: text, message: text },
    },
  };
}

/** The schemas of the Open Inference Protocol and of MLflow's scoring server. */
export function protocolSchemas(options: SchemaOptions): Record<string, Schema> {
  return { ...inferenceSchemas(), ...mlflowSchemas(options) };
}
