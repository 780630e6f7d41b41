import type { Signature, SignatureColumn } from "../../../platform/model/signature";
import { json, type Answered, type Row, type Sent, type Value } from "./service-fixture";

/** What a dialect answered: a prediction per row and, for a classification, the probability of the positive class. */
export interface Numbers {
  readonly predictions: readonly unknown[];
  readonly probabilities: readonly unknown[] | undefined;
}

/** One of the ways to send rows. */
export interface Way {
  readonly name: string;
  send(rows: readonly Row[], signature: Signature): Sent;
  read(answer: Answered): Numbers;
  /** For models of numbers alone. */
  readonly numbersOnly?: boolean;
}

const datatypes = { number: "FP64", boolean: "BOOL", category: "BYTES", date: "BYTES" } as const;

const namesOf = (signature: Signature) => signature.inputs.map(({ name }) => name);
const positional = (rows: readonly Row[], names: readonly string[]) =>
  rows.map((row) => names.map((name) => row[name]));
const columnar = (rows: readonly Row[], names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));

function readScore({ json: body }: Answered): Numbers {
  const pairs = body.probabilities as number[][] | undefined;
  return { predictions: body.result as unknown[], probabilities: pairs?.map((pair) => pair[1]) };
}

function readInvoked({ json: body }: Answered): Numbers {
  const rows = body.predictions as { prediction: unknown; probability?: number }[];
  const probabilities = rows.map(({ probability }) => probability);
  return {
    predictions: rows.map(({ prediction }) => prediction),
    probabilities: probabilities.includes(undefined) ? undefined : probabilities,
  };
}

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly data: readonly unknown[];
  readonly parameters?: { readonly binary_data_size?: number };
}

function numbersOf(outputs: readonly Tensor[]): Numbers {
  const dataOf = (name: string) => outputs.find((output) => output.name === name)?.data;
  return { predictions: dataOf("prediction") ?? [], probabilities: dataOf("probability") };
}

export const inferUrl = (signature: Signature): string =>
  `/v2/models/${signature.target.name}/versions/3/infer`;

/** Values of a column as the binary extension has them. */
function binaryColumn({ type }: SignatureColumn, values: readonly Value[]): Buffer {
  if (type === "category" || type === "date") {
    return Buffer.concat(
      values.map((value) => {
        const text = Buffer.from(String(value ?? ""));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return Buffer.concat([length, text]);
      }),
    );
  }
  if (type === "boolean") return Buffer.from(values.map((value) => (value === true ? 1 : 0)));
  return Buffer.from(Float64Array.from(values, (value) => (typeof value === "number" ? value : NaN)).buffer);
}

/** A request with the JSON part given and bytes after it. */
export function binaryRequest(url: string, head: unknown, parts: readonly Buffer[]): Sent {
  const text = Buffer.from(JSON.stringify(head));
  return {
    url,
    body: Buffer.concat([text, ...parts]),
    headers: {
      "content-type": "application/octet-stream",
      "inference-header-content-length": String(text.length),
    },
  };
}

/** The outputs of a binary answer, decoded. */
export function readBinary({ bytes, headers }: Answered): Numbers {
  const end = Number(headers["inference-header-content-length"]);
  const { outputs } = JSON.parse(bytes.subarray(0, end).toString()) as { outputs: Tensor[] };
  let at = end;
  return numbersOf(
    outputs.map((output) => {
      const size = output.parameters?.binary_data_size ?? 0;
      const part = Uint8Array.from(bytes.subarray(at, at + size));
      at += size;
      const data: unknown[] = [];
      if (output.datatype === "FP64") data.push(...new Float64Array(part.buffer));
      else if (output.datatype === "INT64") data.push(...Array.from(new BigInt64Array(part.buffer), Number));
      else {
        const view = Buffer.from(part);
        for (let index = 0; index < view.length;) {
          const length = view.readUInt32LE(index);
          data.push(view.subarray(index + 4, index + 4 + length).toString());
          index += 4 + length;
        }
      }
      return { ...output, data };
    }),
  );
}

function columnTensors(rows: readonly Row[], { inputs }: Signature, nested: boolean) {
  return inputs.map(({ name, type }) => ({
    name,
    datatype: datatypes[type],
    shape: nested ? [rows.length, 1] : [rows.length],
    data: rows.map((row) => (nested ? [row[name]] : row[name])),
  }));
}

function binaryColumns(rows: readonly Row[], signature: Signature, parameters: object): Sent {
  const parts = signature.inputs.map((column) =>
    binaryColumn(
      column,
      rows.map((row) => row[column.name] ?? null),
    ),
  );
  const inputs = signature.inputs.map(({ name, type }, index) => ({
    name,
    datatype: datatypes[type],
    shape: [rows.length],
    parameters: { binary_data_size: parts[index]?.length },
  }));
  return binaryRequest(inferUrl(signature), { inputs, parameters }, parts);
}

const readInference = (answer: Answered): Numbers => numbersOf(answer.json.outputs as Tensor[]);
const csvField = (value: Value | undefined): string =>
  typeof value === "string" ? `"${value.replaceAll('"', '""')}"` : String(value ?? "");

/** Every way to ask for predictions. */
export const ways: readonly Way[] = [
  {
    name: "/score by position",
    send: (rows, signature) => json("/score", { data: positional(rows, namesOf(signature)) }),
    read: readScore,
  },
  { name: "/score by name", send: (rows) => json("/score", { data: rows }), read: readScore },
  {
    name: "/score by column",
    send: (rows, signature) => json("/score", { data: columnar(rows, namesOf(signature)) }),
    read: readScore,
  },
  {
    name: "V2, a tensor per feature",
    send: (rows, signature) => json(inferUrl(signature), { inputs: columnTensors(rows, signature, false) }),
    read: readInference,
  },
  {
    name: "V2, a nested tensor per feature",
    send: (rows, signature) =>
      json(inferUrl(signature), { inputs: columnTensors(rows, signature, true).reverse() }),
    read: readInference,
  },
  {
    name: "V2 in bytes",
    send: (rows, signature) => binaryColumns(rows, signature, {}),
    read: readInference,
  },
  {
    name: "V2 in bytes, answered in bytes",
    send: (rows, signature) => binaryColumns(rows, signature, { binary_data_output: true }),
    read: readBinary,
  },
  {
    name: "V2, one tensor",
    numbersOnly: true,
    send: (rows, signature) => {
      const data = positional(rows, namesOf(signature));
      const tensor = { name: "x", datatype: "FP64", shape: [rows.length, signature.inputs.length], data };
      return json(inferUrl(signature), { inputs: [tensor] });
    },
    read: readInference,
  },
  {
    name: "V2, one flat tensor in bytes",
    numbersOnly: true,
    send: (rows, signature) => {
      const values = positional(rows, namesOf(signature))
        .flat()
        .map((value) => value ?? null);
      const part = binaryColumn({ name: "x", type: "number", nullable: true }, values);
      const shape = [rows.length, signature.inputs.length];
      const tensor = { name: "x", datatype: "FP64", shape, parameters: { binary_data_size: part.length } };
      return binaryRequest(inferUrl(signature), { inputs: [tensor] }, [part]);
    },
    read: readInference,
  },
  {
    name: "MLflow dataframe_split",
    send: (rows, signature) => {
      const columns = namesOf(signature).reverse();
      const index = rows.map((_, row) => row);
      return json("/invocations", { dataframe_split: { columns, index, data: positional(rows, columns) } });
    },
    read: readInvoked,
  },
  {
    name: "MLflow dataframe_records",
    send: (rows) => json("/invocations", { dataframe_records: rows, params: null }),
    read: readInvoked,
  },
  { name: "MLflow instances", send: (rows) => json("/invocations", { instances: rows }), read: readInvoked },
  {
    name: "MLflow inputs",
    send: (rows, signature) => json("/invocations", { inputs: columnar(rows, namesOf(signature)) }),
    read: readInvoked,
  },
  {
    name: "MLflow CSV",
    send: (rows, signature) => {
      const names = namesOf(signature).reverse();
      const lines = rows.map((row) => names.map((name) => csvField(row[name])).join(","));
      const body = [names.join(","), ...lines].join("\r\n");
      return { url: "/invocations", body, headers: { "content-type": "text/csv; charset=UTF-8" } };
    },
    read: readInvoked,
  },
];
