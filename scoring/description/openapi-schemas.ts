import { formatTime, isoTimePattern } from "../../platform/base/iso-time";
import { percent } from "../../platform/base/wording";
import type { Explanation } from "../../platform/onnx/explanation";
import { severalClasses } from "../../platform/definition/class-names";
import type { Signature, SignatureColumn } from "../../platform/model/signature";
import { problems } from "../problems/problem";

export type Schema = Readonly<Record<string, unknown>>;

/** Versions of the description: Swagger's, and OpenAPI's by the way they write what may be null. */
type OpenApiVersion = "2.0" | "3.0.3" | "3.1.0";

/** A schema that null fits, too. */
export function orNull(schema: Schema, version: OpenApiVersion): Schema {
  const values = Array.isArray(schema.enum) && { enum: [...(schema.enum as unknown[]), null] };
  if (version === "2.0") return { ...schema, "x-nullable": true };
  if (version === "3.0.3") return { ...schema, ...values, nullable: true };
  return { ...schema, ...values, type: [schema.type, "null"] };
}

/** One value of a feature. */
function valueSchema(
  { type, nullable, values, range, outside, unit, description }: SignatureColumn,
  version: OpenApiVersion,
): Schema {
  const isClosed = outside !== "warn";
  const isDate = type === "date";
  const words = [
    description,
    unit === undefined ? undefined : `in ${unit}`,
    isDate ? `date or time as ISO 8601 has it, in UTC or with an offset` : undefined,
    isDate && range && isClosed ? `from ${formatTime(range[0])} to ${formatTime(range[1])}` : undefined,
  ].filter((text) => text !== undefined);
  const schema = {
    type: type === "category" || isDate ? "string" : type,
    ...(words.length > 0 && { description: words.join(", ") }),
    ...(type === "category" && (values && isClosed ? { enum: values } : { minLength: 1 })),
    ...(isDate && { pattern: `^${isoTimePattern}$` }),
    ...(range && isClosed && !isDate && { minimum: range[0], maximum: range[1] }),
  };
  return nullable ? orNull(schema, version) : schema;
}

function objectSchema(properties: Schema, more: Schema = {}): Schema {
  return {
    type: "object",
    required: Object.keys(properties),
    additionalProperties: false,
    properties,
    ...more,
  };
}

/** An object with these properties and no others, of which those `required` must be there. */
export function closedObject(properties: Schema, required: readonly string[]): Schema {
  return { type: "object", additionalProperties: false, required, properties };
}

function byFeature({ inputs }: Signature, schemaOf: (column: SignatureColumn) => Schema): Schema {
  return Object.fromEntries(inputs.map((column) => [column.name, schemaOf(column)]));
}

/** A row as an array in signature order. */
function positionalSchema({ inputs }: Signature, version: OpenApiVersion): Schema {
  const values = inputs.map((column) => valueSchema(column, version));
  const size = { minItems: inputs.length, maxItems: inputs.length };
  const description = `Values in the order ${inputs.map(({ name }) => name).join(", ")}.`;
  if (version === "3.1.0") return { type: "array", description, prefixItems: values, items: false, ...size };
  return { type: "array", description, items: { anyOf: values }, ...size };
}

export interface SchemaOptions {
  readonly signature: Signature;
  readonly version: OpenApiVersion;
  readonly maxRows: number;
  /** Where schemas are: "#/components/schemas/" or "#/definitions/". */
  readonly base: string;
}

export function referenceTo(name: string, { base }: SchemaOptions): Schema {
  return { $ref: `${base}${name}` };
}

/** Lists of rows and their like; Swagger 2.0 cannot say "one of these", and has rows by name alone. */
function rowSchemas(options: SchemaOptions): Record<string, Schema> {
  const { signature, version, maxRows } = options;
  const Row = objectSchema(
    byFeature(signature, (column) => valueSchema(column, version)),
    { description: "A row by name." },
  );
  const size = { minItems: 1, description: `At most ${maxRows} rows.` };
  if (version === "2.0") {
    return { Row, Rows: { type: "array", items: referenceTo("Row", options), ...size } };
  }
  const Columns = objectSchema(
    byFeature(signature, (column) => ({ type: "array", items: valueSchema(column, version), ...size })),
    { description: "A list of values per feature, all of one length." },
  );
  const rows = { anyOf: [referenceTo("Row", options), referenceTo("PositionalRow", options)] };
  return {
    Row,
    PositionalRow: positionalSchema(signature, version),
    Columns,
    Rows: { type: "array", items: rows, ...size },
  };
}

/** A prediction: the number, or the class. */
export function predictionSchema({ task, target }: Signature): Schema {
  if (task === "regression" || target.classes === undefined) return { type: "number" };
  const [negative, positive] = target.classes;
  const { threshold } = target;
  return {
    type: typeof negative === "string" ? "string" : "integer",
    enum: target.classes,
    ...(threshold !== undefined && {
      description: `${positive} where its probability is above ${threshold}, which was chosen in training.`,
    }),
  };
}

/** A number for each class. */
function probabilityListSchema({ length }: { readonly length: number }): Schema {
  return { type: "array", items: { type: "number" }, minItems: length, maxItems: length };
}

export function explanationSchema({ task, inputs, target }: Signature): Schema {
  // A model of counts or amounts adds up to the logarithm of what it predicts.
  const several = severalClasses(target.classes);
  const sums: Explanation["scale"][] =
    task === "regression"
      ? ["prediction", "log", "transformed"]
      : several
        ? ["logits"]
        : [target.calibration ? "uncalibrated" : "log-odds"];
  const added = several ? probabilityListSchema(several) : { type: "number" };
  const names = Object.fromEntries(inputs.map(({ name }) => [name, added]));
  return objectSchema(
    {
      scale: { type: "string", enum: sums },
      base: added,
      contributions: { type: "array", items: objectSchema(names) },
    },
    {
      description: several
        ? "What each feature adds for each class. Base and contributions of a row add up to its logits, whose softmax are the probabilities."
        : `What each feature adds. Base and contributions of a row add up to its ${sums.join(" or ")}.`,
    },
  );
}

function outputSchema({ signature }: SchemaOptions): Schema {
  const { classes, interval } = signature.target;
  const label = predictionSchema(signature);
  const properties = {
    result: { type: "array", description: "A prediction per row, in row order.", items: label },
    ...(classes && {
      classes: { type: "array", description: "The classes, of two the negative first.", items: label },
      probabilities: {
        type: "array",
        description: "Per row, in the order of the classes.",
        items: probabilityListSchema(classes),
      },
    }),
    ...(interval && {
      intervals: {
        type: "array",
        description: `Per row the least and the greatest target to be expected; ${percent(interval.coverage)} of targets lie between.`,
        items: { type: "array", items: { type: "number" }, minItems: 2, maxItems: 2 },
      },
    }),
    explanation: explanationSchema(signature),
    model: { type: "string", description: "name:version" },
    requestId: { type: "string" },
  };
  const required = Object.keys(properties).filter((name) => name !== "explanation" && name !== "intervals");
  return { ...objectSchema(properties), required };
}

function problemSchema(): Schema {
  const fault = {
    type: "object",
    required: ["message"],
    properties: {
      row: { type: "integer", description: "Row, counted from 0." },
      field: { type: "string", description: "Feature." },
      message: { type: "string" },
    },
  };
  return {
    type: "object",
    description: "A problem, as RFC 9457 describes it.",
    required: ["type", "title", "status", "detail", "code", "requestId"],
    properties: {
      type: { type: "string" },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string" },
      code: { type: "string", enum: Object.keys(problems) },
      errors: { type: "array", items: fault },
      requestId: { type: "string" },
    },
  };
}

/** The schemas of `POST /score`, under the names that clients generated for the Azure ML inference server know. */
export function scoreSchemas(options: SchemaOptions): Record<string, Schema> {
  const rows = referenceTo("Rows", options);
  const data = options.version === "2.0" ? rows : { anyOf: [rows, referenceTo("Columns", options)] };
  return {
    ...rowSchemas(options),
    ServiceInput: objectSchema({ data }),
    ServiceOutput: outputSchema(options),
    ErrorResponse: problemSchema(),
  };
}
