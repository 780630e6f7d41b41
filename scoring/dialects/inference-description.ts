import type { Signature } from "../../platform/model/signature";
import type { Examples } from "../description/openapi-parts";
import { closedObject, orNull, type Schema, type SchemaOptions } from "../description/openapi-schemas";
import { longestId } from "../http/request-headers";
import { valuesOf, type ExampleRows } from "./example-rows";
import { featureDatatypes } from "./inference-rows";
import { datatypes } from "./inference-tensor";

/** Bodies of an inference request. */
export function inferenceExamples(rows: ExampleRows, signature: Signature): Examples {
  const { inputs } = signature;
  const columns = inputs.map(({ name, type }) => ({
    name,
    shape: [rows.length],
    datatype: featureDatatypes[type],
    data: rows.map((row) => row[name] ?? null),
  }));
  const explained = { parameters: { explain: true }, inputs: columns };
  const matrix = [
    {
      name: "rows",
      shape: [rows.length, inputs.length],
      datatype: "FP64",
      data: valuesOf(rows, signature),
    },
  ];
  return {
    columns: { summary: "A tensor per feature", value: { inputs: columns } },
    ...(inputs.every(({ type }) => type === "number") && {
      matrix: { summary: "One tensor in signature order", value: { inputs: matrix } },
    }),
    explained: { summary: "With what each feature adds", value: explained },
  };
}

const text = { type: "string" };
const flag = { type: "boolean" };

/** The schemas of the Open Inference Protocol. */
export function inferenceSchemas({ version }: Pick<SchemaOptions, "version">): Record<string, Schema> {
  const optional = (schema: Schema): Schema => orNull(schema, version);
  const shape = { type: "array", minItems: 1, maxItems: 2, items: { type: "integer", minimum: 1 } };
  const size = { type: "integer", minimum: 0 };
  const tensor = {
    name: {
      ...text,
      description: "A feature; or any name, for one tensor with all features as its columns.",
    },
    shape,
    datatype: { ...text, enum: datatypes },
    parameters: optional(
      closedObject({ binary_data_size: size, content_type: { ...text, enum: ["np", "pd", "str"] } }, []),
    ),
    data: { type: "array", description: "Values, flat or as a list of rows." },
  };
  const output = {
    name: text,
    parameters: optional(
      closedObject({ binary_data: flag, content_type: { ...text, enum: ["np", "pd", "str"] } }, []),
    ),
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
    InferenceRequest: closedObject(
      {
        id: optional({ ...text, maxLength: longestId, description: "Its id in the prediction log, too." }),
        model_name: optional({ ...text, description: "The one in the address, if given." }),
        model_version: optional({ ...text, description: "The one in the address, if given." }),
        parameters: optional(closedObject(parameters, [])),
        inputs: { type: "array", minItems: 1, items: closedObject(tensor, ["name", "shape", "datatype"]) },
        outputs: optional({ type: "array", items: closedObject(output, ["name"]) }),
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
