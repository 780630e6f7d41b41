import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Signature } from "../../platform/model/signature";
import type { Predictions } from "../../platform/model/table";
import { explanationAnswer, readExplain } from "../model/explain";
import { parseJson, type JsonBody } from "../http/json-body";
import { RequestProblem } from "../problems/problem";
import { readColumns } from "../rows/read-columns";
import { readCsv } from "../rows/read-csv";
import { compareNames, Faults, show } from "../rows/read-faults";
import { readObject, readRowArray, readRowsOrColumns } from "../rows/read-rows";
import { checkRowCount, type InputRows } from "../rows/row-table";
import { scoreRequestOf } from "../http/score-request";
import type { Scorer } from "../model/scorer";
import { takeBytes } from "../http/body-parsers";
import type { DialectOptions } from "./dialect";
import { addErrorAnswers, type ErrorShape } from "../http/error-answers";
import { platformVersion } from "../http/server-version";

/** MLflow's names for what went wrong, by HTTP status. */
const errorCodes: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "ENDPOINT_NOT_FOUND",
  500: "INTERNAL_ERROR",
  503: "TEMPORARILY_UNAVAILABLE",
};

/** The error of MLflow's scoring server. */
export const mlflowShape: ErrorShape = {
  contentType: "application/json; charset=utf-8",
  body: ({ status, message }) => ({ error_code: errorCodes[status] ?? "INVALID_PARAMETER_VALUE", message }),
};

const forms = ["dataframe_split", "dataframe_records", "instances", "inputs"] as const;
const expected = `Expected a JSON object with exactly one of ${forms.map((form) => `"${form}"`).join(", ")}.`;

function unsupported(message: string): never {
  throw new RequestProblem("MEDIA_TYPE_UNSUPPORTED", message);
}

/** The type of a body, as MLflow's server takes it: with no other parameter than `charset=utf-8`. */
function typeOf({ headers }: FastifyRequest): "json" | "csv" {
  const [type = "", ...parameters] = (headers["content-type"] ?? "").split(";").map((part) => part.trim());
  for (const parameter of parameters) {
    const [name = "", value = ""] = parameter.split("=", 2);
    if (name.toLowerCase() !== "charset")
      unsupported(`The content type has the parameter ${show(name)}. Allowed: charset.`);
    if (value.replaceAll('"', "").toLowerCase() !== "utf-8")
      unsupported(`The charset is ${show(value)}. Send UTF-8.`);
  }
  if (type.toLowerCase() === "application/json") return "json";
  if (type.toLowerCase() === "text/csv") return "csv";
  return unsupported(`The body's type is ${show(type)}. Send application/json or text/csv.`);
}

interface Reading {
  readonly signature: Signature;
  readonly maxRows: number;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw new RequestProblem(
    "BODY_INVALID",
    `"${what}" is ${show(value)}. Expected an array that is not empty.`,
  );
}

/** A data frame as pandas writes it with `orient="split"`: names of the columns, then rows in their order. */
function readSplit(split: unknown, { signature, maxRows }: Reading): InputRows {
  const wanted = 'Expected {"dataframe_split": {"columns": [...], "data": [[...]]}}.';
  const { columns, data, index } = readObject(split, ["columns", "data", "index"], wanted);
  const names = listOf(columns, "columns");
  const rows = listOf(data, "data");
  checkRowCount(rows.length, maxRows);
  if (index !== undefined && (!Array.isArray(index) || index.length !== rows.length)) {
    throw new RequestProblem(
      "BODY_INVALID",
      `"index" is ${show(index)}. Expected ${rows.length} entries, or none.`,
    );
  }
  const faults = new Faults();
  const texts = names.map((name) => (typeof name === "string" ? name : show(name)));
  const features = signature.inputs.map(({ name }) => name);
  compareNames(texts, features, (field, message) => faults.addField(field, message));
  const twice = texts.find((name, position) => texts.indexOf(name) !== position);
  if (twice !== undefined) faults.addField(twice, `${show(twice)} is there twice. Send it once.`);
  for (const [position, row] of rows.entries()) {
    if (!Array.isArray(row))
      faults.add(position, `The row is ${show(row)}. An array in the order of "columns" is required.`);
    if (faults.enough) break;
  }
  faults.throwIfAny();
  return readRowArray(signature, rows, texts);
}

/** A data frame as pandas writes it with `orient="records"`: rows by name. */
function readRecords(records: unknown, { signature, maxRows }: Reading): InputRows {
  const rows = listOf(records, "dataframe_records");
  checkRowCount(rows.length, maxRows);
  const faults = new Faults();
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      faults.add(index, `The row is ${show(row)}. An object by name is required.`);
    }
    if (faults.enough) break;
  }
  faults.throwIfAny();
  return readRowArray(signature, rows);
}

/** Whether the predictions are to be explained: the one parameter that there is. */
function readParams(params: unknown): boolean {
  if (params === undefined || params === null) return false;
  const wanted = 'Expected "params" to have nothing but "explain": the model has no other parameters.';
  return readExplain(readObject(params, ["explain"], wanted).explain);
}

function readJson({ value }: JsonBody, reading: Reading): { rows: InputRows; explain: boolean } {
  const body = readObject(value, [...forms, "params"], expected);
  const given = forms.filter((form) => Object.hasOwn(body, form));
  const [form] = given;
  if (form === undefined || given.length > 1) {
    const what = given.length === 0 ? "none of them" : given.map((name) => `"${name}"`).join(" and ");
    throw new RequestProblem("BODY_INVALID", `The body has ${what}. ${expected}`);
  }
  const explain = readParams(body.params);
  const { signature, maxRows } = reading;
  if (form === "dataframe_split") return { rows: readSplit(body[form], reading), explain };
  if (form === "dataframe_records") return { rows: readRecords(body[form], reading), explain };
  return { rows: readRowsOrColumns(signature, body[form], { what: form, expected, maxRows }), explain };
}

/** Predictions as MLflow's server gives those of this model directory: a row of the model's outputs per row. */
function predictionRows({ prediction, probability }: Predictions): object[] {
  return Array.from<number | string, object>(prediction, (value, row) =>
    probability === undefined ? { prediction: value } : { prediction: value, probability: probability[row] },
  );
}

async function invoke(request: FastifyRequest, scorer: Scorer, maxRows: number): Promise<object> {
  const { signature } = scorer;
  const bytes = request.body instanceof Uint8Array ? (request.body as Buffer) : Buffer.alloc(0);
  let rows: InputRows;
  let explain = false;
  if (typeOf(request) === "csv") {
    rows = readColumns(signature, readCsv(bytes, signature), maxRows);
  } else {
    const body = parseJson(bytes);
    ({ rows, explain } = readJson(body, { signature, maxRows }));
    body.assertNothingTwice();
  }
  const explanation = explain ? explanationAnswer(scorer.explain(rows)) : undefined;
  const predictions = await scorer.score(rows, scoreRequestOf(request));
  return { predictions: predictionRows(predictions), ...(explanation && { explanation }) };
}

/** The protocol of MLflow's scoring server (`mlflow models serve`). */
export function addMlflow(app: FastifyInstance, scorer: Scorer, options: DialectOptions): void {
  void app.register((part, _options, done) => {
    takeBytes(part);
    addErrorAnswers(part, { limits: options.limits, shape: mlflowShape });
    part.post("/invocations", (request) => invoke(request, scorer, options.limits.maxRows));
    for (const path of ["/ping", "/health"]) {
      part.get(path, (_request, reply) => {
        if (!options.isReady()) throw new RequestProblem("NOT_READY", "The model is not ready.");
        return reply.type("text/plain; charset=utf-8").send("\n");
      });
    }
    part.get("/version", (_request, reply) => reply.type("text/plain; charset=utf-8").send(platformVersion));
    done();
  });
}
