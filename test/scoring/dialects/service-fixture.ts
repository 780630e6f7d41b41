import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { LinearModel } from "../../../platform/onnx/linear-model";
import type { LinearParameters } from "../../../platform/onnx/linear-parameters";
import { buildApp, type AppOptions } from "../../../scoring/process/app";

export type Value = number | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** A feature of each type, of which two may be missing, and names that JavaScript's objects have already. */
export const colour: LinearParameters = {
  signature: {
    task: "classification",
    inputs: [
      { name: "age", type: "number", nullable: false },
      { name: "bmi", type: "number", nullable: true },
      { name: "smoker", type: "boolean", nullable: false },
      { name: "constructor", type: "category", nullable: true, values: ["no,rth", 'so"uth', "1"] },
      { name: "town", type: "category", nullable: false },
    ],
    target: { name: "colour", classes: ["blue", "red"] },
  },
  intercept: -0.3,
  terms: [
    { kind: "number", column: "age", mean: 41.7, scale: 13.3, coefficient: 0.71 },
    { kind: "number", column: "bmi", imputation: 27.1, mean: 26.4, scale: 4.1, coefficient: -0.37 },
    { kind: "boolean", column: "smoker", coefficient: 1.3 },
    {
      kind: "category",
      column: "constructor",
      values: ["no,rth", 'so"uth', "1"],
      coefficients: [0.2, -0.9, 0.013],
      imputation: 'so"uth',
    },
    { kind: "category", column: "town", values: ["Aå", "B b"], coefficients: [0.5, -0.25] },
  ],
};

/** Numbers alone, so that the rows fit into one tensor. */
export const cost: LinearParameters = {
  signature: {
    task: "regression",
    inputs: ["a", "b", "c"].map((name) => ({ name, type: "number", nullable: name === "c" })),
    target: { name: "cost" },
  },
  intercept: 152.1,
  terms: [
    { kind: "number", column: "a", mean: 0.1, scale: 1.7, coefficient: 3.3 },
    { kind: "number", column: "b", mean: -7, scale: 0.3, coefficient: 1e-3 },
    { kind: "number", column: "c", imputation: 2, mean: 1, scale: 5, coefficient: -11 },
  ],
};

export const colourRow: Row = { age: 40, bmi: 25.5, smoker: true, constructor: "1", town: "Aå" };
export const costRow: Row = { a: 1, b: 2.5, c: null };

export const limits: AppOptions["limits"] = {
  concurrency: 2,
  queueTimeoutMs: 1000,
  timeoutMs: 10_000,
  maxRows: 50,
  maxBodyBytes: 1_000_000,
};

const apps: FastifyInstance[] = [];

/** The service of one of the models above, as version 3. */
export function openService(
  parameters: LinearParameters,
  options: Partial<AppOptions> = {},
): FastifyInstance {
  const app = buildApp({
    model: new LinearModel(parameters),
    reference: `${parameters.signature.target.name}:3`,
    example: { data: [parameters === cost ? costRow : colourRow] },
    limits,
    ...options,
  });
  apps.push(app);
  return app;
}

export async function closeServices(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
}

export interface Sent {
  readonly url: string;
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The body, when it is JSON. */
  readonly json: Record<string, unknown>;
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export async function call(
  app: FastifyInstance,
  { url, body, headers }: Partial<Sent> & { readonly url: string },
  method: "GET" | "POST" | "HEAD" | "OPTIONS" | "PUT" | "DELETE" | "PATCH" = body === undefined
    ? "GET"
    : "POST",
): Promise<Answered> {
  if (!app.server.listening) await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const reply = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: headers ?? {},
    // Bytes, as fetch gives a text a type of its own.
    ...(body !== undefined && { body: Buffer.from(body as Buffer) }),
  });
  const bytes = Buffer.from(await reply.arrayBuffer());
  return { status: reply.status, headers: Object.fromEntries(reply.headers), bytes, json: parse(bytes) };
}

export function json(url: string, value: unknown): Sent {
  return { url, body: JSON.stringify(value), headers: { "content-type": "application/json" } };
}

/** Pseudo-random numbers from 0 to 1, the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
