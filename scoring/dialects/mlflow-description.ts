import { probabilityNames } from "../../platform/definition/class-names";
import type { Signature } from "../../platform/model/signature";
import { toCsvLine } from "../../platform/sql/csv-line";
import type { Examples } from "../description/openapi-parts";
import {
  closedObject,
  explanationSchema,
  predictionSchema,
  referenceTo,
  type Schema,
  type SchemaOptions,
} from "../description/openapi-schemas";
import { columnsOf, valuesOf, type ExampleRows } from "./example-rows";

/** JSON bodies of an invocation. */
export function invocationExamples(rows: ExampleRows, signature: Signature): Examples {
  const columns = signature.inputs.map(({ name }) => name);
  return {
    split: {
      summary: "Data frame, split",
      value: { dataframe_split: { columns, data: valuesOf(rows, signature) } },
    },
    records: { summary: "Data frame, records", value: { dataframe_records: rows } },
    instances: { summary: "Instances", value: { instances: rows } },
    inputs: { summary: "Inputs", value: { inputs: columnsOf(rows, signature) } },
  };
}

/** The CSV body of an invocation. */
export function csvExample(rows: ExampleRows, signature: Signature): string {
  const names = signature.inputs.map(({ name }) => name);
  return [toCsvLine(names), ...valuesOf(rows, signature).map((row) => toCsvLine(row))].join("");
}

const text = { type: "string" };

/** The schemas of MLflow's scoring server. */
export function mlflowSchemas(options: SchemaOptions): Record<string, Schema> {
  const { signature } = options;
  const names = signature.inputs.map(({ name }) => name);
  const size = { minItems: 1 };
  const either = { anyOf: [referenceTo("Rows", options), referenceTo("Columns", options)] };
  const forms = {
    dataframe_split: closedObject(
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
  const params = { anyOf: [closedObject({ explain: { type: "boolean" } }, []), { type: "null" }] };
  const probabilities = probabilityNames(signature.target.classes);
  const prediction = {
    type: "object",
    required: ["prediction", ...probabilities],
    properties: {
      prediction: predictionSchema(signature),
      ...Object.fromEntries(probabilities.map((name) => [name, { type: "number" }])),
    },
  };
  return {
    Invocation: {
      oneOf: Object.entries(forms).map(([name, schema]) => closedObject({ [name]: schema, params }, [name])),
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
