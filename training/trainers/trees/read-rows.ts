import {
  featuresOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../../platform/definition/definition";
import { modelFeatures, type ModelFeature } from "../../../platform/definition/model-features";
import { firstCategory, otherCategory, type TreeFeature } from "../../../platform/onnx/tree-parameters";
import { identifier, type SqlEngine, type SqlValue } from "../../../platform/sql/engine";
import { numberOf } from "../../preprocessing/sql";
import { targetSql } from "../../preprocessing/target";
import type { TargetEncoding } from "../../preprocessing/target-encoding";
import { trainingWeight } from "../../preprocessing/training-weight";
import { maxCategories, type RawColumn } from "./bins";
import type { Targets } from "./losses";

/** The training rows in memory: 8 bytes for each number of each row, 1 for each category. */
export interface TreeRows {
  readonly rows: number;
  readonly columns: readonly RawColumn[];
  readonly features: readonly TreeFeature[];
  readonly targets: Targets;
  /** Categories with more values than trees tell apart. */
  readonly truncated: readonly string[];
}

/** Directions of monotone constraints, by name of a feature. */
type Monotone = Readonly<Record<string, "rising" | "falling">>;

/** The most frequent values of a category, in the order of their texts; undefined of a column of another type. */
async function valuesOf(
  engine: SqlEngine,
  { name, type }: ModelFeature<ColumnDefinition>,
  from: string,
): Promise<readonly string[] | undefined> {
  if (type !== "category") return undefined;
  const column = identifier(name);
  const rows = await engine.rows(
    `SELECT ${column} AS v, count(*) AS n FROM ${from} WHERE ${column} IS NOT NULL
     GROUP BY ${column} ORDER BY n DESC, v LIMIT ${maxCategories + 1}`,
  );
  return rows.map(({ v }) => String(v));
}

/** Puts values of one column into its array. */
type Put = (row: number, value: SqlValue | undefined) => void;

function putInto(column: RawColumn, { values }: TreeFeature): Put {
  if (column.kind === "number") {
    return (row, value) => {
      // A boolean is 0 or 1.
      column.values[row] = value === null || value === undefined ? NaN : Number(value);
    };
  }
  // Bins of categories are their codes less 1.
  const bins = new Map(values?.map((value, index) => [value, firstCategory - 1 + index]));
  return (row, value) => {
    column.values[row] = bins.get(String(value)) ?? otherCategory - 1;
  };
}

interface TreeRelation {
  /** What follows FROM. */
  readonly from: string;
  readonly monotone: Monotone;
  /** Categories that are numbers beside themselves in the relation, by their names. */
  readonly encodings?: ReadonlyMap<string, readonly TargetEncoding[]> | undefined;
}

/** Reads the training rows in their order. */
export async function readTreeRows(
  engine: SqlEngine,
  definition: ModelDefinition,
  { from, monotone, encodings }: TreeRelation,
): Promise<TreeRows> {
  const rows = await engine.count(from);
  const inputs = modelFeatures(featuresOf(definition));
  const columns: RawColumn[] = [];
  const features: TreeFeature[] = [];
  const truncated: string[] = [];
  /** The column of the relation that each feature is. */
  const read: string[] = [];
  for (const input of inputs) {
    const { name, type, personal = false } = input;
    const encoded = encodings?.get(name) ?? [];
    for (const { number, values: texts, numbers, other } of encoded) {
      read.push(number);
      features.push({ column: name, lookup: { texts, numbers, other } });
      columns.push({ kind: "number", monotone: 0, values: new Float64Array(rows) });
    }
    if (encoded.length > 0) continue;
    read.push(name);
    const seen = await valuesOf(engine, input, from);
    if (seen && seen.length > maxCategories) truncated.push(name);
    const values = seen?.slice(0, maxCategories).sort();
    features.push({ column: name, ...(values && { values }) });
    const direction = { rising: 1, falling: -1, none: 0 } as const;
    columns.push(
      values
        ? { kind: "category", monotone: 0, values: new Uint8Array(rows), categories: values.length }
        : {
            kind: "number",
            monotone: direction[monotone[name] ?? "none"],
            values: new Float64Array(rows),
            // Of a truth value there is one threshold, between no and yes.
            isPersonal: personal && type === "number",
          },
    );
  }
  const weight = await trainingWeight(engine, definition, from);
  const target = new Float64Array(rows);
  const weights = weight === undefined ? undefined : new Float64Array(rows);
  const puts = columns.map((column, index) => putInto(column, features[index] ?? { column: "" }));
  const selected = [
    ...read.map((name, index) => `${identifier(name)} AS c${index}`),
    `${targetSql(definition)} AS y`,
    ...(weight === undefined ? [] : [`${weight} AS w`]),
  ];
  let row = 0;
  for await (const chunk of engine.chunks(`SELECT ${selected.join(", ")} FROM ${from} ORDER BY _row`)) {
    for (const values of chunk) {
      for (let index = 0; index < puts.length; index++) puts[index]?.(row, values[`c${index}`]);
      target[row] = numberOf(values, "y");
      if (weights) weights[row] = numberOf(values, "w");
      row += 1;
    }
  }
  return { rows, columns, features, targets: { target, weights }, truncated };
}
