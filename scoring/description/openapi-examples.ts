import type { Signature } from "../../platform/model/signature";
import { toCsvLine } from "../../platform/sql/csv-line";
import { featureDatatypes } from "../dialects/inference-rows";
import type { InputValue } from "../rows/row-table";

type Row = Readonly<Record<string, InputValue>>;
/** Bodies by what they show. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

function columnsOf(rows: readonly Row[], { inputs }: Signature): Record<string, InputValue[]> {
  return Object.fromEntries(inputs.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]));
}

function valuesOf(rows: readonly Row[], { inputs }: Signature): InputValue[][] {
  return rows.map((row) => inputs.map(({ name }) => row[name] ?? null));
}

export function scoreExamples(rows: readonly Row[], signature: Signature): Examples {
  return {
    byName: { summary: "Rows by name", value: { data: rows } },
    byPosition: { summary: "Rows in signature order", value: { data: valuesOf(rows, signature) } },
    byColumn: { summary: "A list per feature", value: { data: columnsOf(rows, signature) } },
  };
}

export function inferenceExamples(rows: readonly Row[], signature: Signature): Examples {
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

export function invocationExamples(rows: readonly Row[], signature: Signature): Examples {
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

export function csvExample(rows: readonly Row[], signature: Signature): string {
  const names = signature.inputs.map(({ name }) => name);
  return [toCsvLine(names), ...valuesOf(rows, signature).map((row) => toCsvLine(row))].join("");
}
