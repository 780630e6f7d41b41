import type { Signature } from "../../platform/model/signature";
import { problems } from "../problems/problem";
import type { InputValue } from "../rows/row-table";
import type { Schema } from "./openapi-schemas";

export interface DescribedService {
  readonly signature: Signature;
  /** `name:version`. */
  readonly reference: string;
  readonly maxRows: number;
  /** Rows by name that are answered. */
  readonly rows: readonly Readonly<Record<string, InputValue>>[];
}

/** Bodies by what they show. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

/** The content type of the service's own errors. */
export const problemType = "application/problem+json";

/** Where the schemas of an OpenAPI document are. */
export const base = "#/components/schemas/";

export const anyObject: Schema = { "application/json": { schema: { type: "object" } } };
export const plainText: Schema = { "text/plain": { schema: { type: "string" } } };

/** A body of one type, by the name of its schema. */
export function content(type: string, name: string, examples?: Examples): Schema {
  return { [type]: { schema: { $ref: `${base}${name}` }, ...(examples && { examples }) } };
}

function ok(description: string, body: Schema): Schema {
  return {
    description,
    headers: { "x-request-id": { $ref: "#/components/headers/RequestId" } },
    content: body,
  };
}

/** Why a status is answered: the titles of its problems. */
function titleOf(status: number): string {
  const titles = Object.values(problems).filter((problem) => problem.status === status);
  return [...new Set(titles.map(({ title }) => title))].join("; or: ");
}

/** Statuses that any address may answer, and those of one that takes a body besides. */
const anywhere = [400, 401, 403, 431, 500, 503];
const withBody = [...anywhere, 404, 413, 415].sort((a, b) => a - b);

/** A dialect's error: its content type and the name of its schema. */
export interface DescribedError {
  readonly type: string;
  readonly schema: string;
}

function refusals(statuses: readonly number[], { type, schema }: DescribedError): Schema {
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      { description: titleOf(status), content: content(type, schema) },
    ]),
  );
}

interface DescribedRead {
  readonly summary: string;
  /** The heading it is listed under. */
  readonly tag: string;
  readonly error: DescribedError;
  readonly answer: Schema;
  readonly parameters?: readonly Schema[];
}

/** The operation of an address that is read. */
export function readOperation({ summary, tag, error, answer, parameters }: DescribedRead): Schema {
  return {
    summary,
    tags: [tag],
    ...(parameters && { parameters }),
    responses: { 200: ok(summary, answer), ...refusals([...anywhere, 404], error) },
  };
}

interface DescribedPrediction extends Omit<DescribedRead, "summary"> {
  readonly body: Schema;
  readonly answered: string;
}

/** The operation of an address that predicts. */
export function predictOperation(described: DescribedPrediction): Schema {
  const { tag, error, answer, answered, body, parameters } = described;
  return {
    summary: "Predict",
    tags: [tag],
    ...(parameters && { parameters }),
    requestBody: { required: true, content: body },
    responses: { 200: ok(answered, answer), ...refusals(withBody, error) },
  };
}
