import type { TrainingRows } from "../preprocessing/preprocessing";

/** Intercept and coefficients of the encoded columns, in their order. */
export interface Coefficients {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  /** What a person should know of how they were found: whole sentences. */
  readonly warnings?: readonly string[];
}

/** The encoded columns and the target as SQL expressions over the training rows. */
export interface Design {
  readonly rows: TrainingRows;
  readonly columns: readonly string[];
  readonly target: string;
}

/** A relation of the encoded columns as c0, c1, ..., the weight as w and further expressions under their names. */
export function designRelation({ rows, columns }: Design, further: Readonly<Record<string, string>>): string {
  const encoded = columns.map((column, index) => `${column} AS c${index}`);
  const named = Object.entries(further).map(([name, expression]) => `${expression} AS ${name}`);
  return `(SELECT ${[...encoded, `${rows.weight} AS w`, ...named].join(", ")} FROM ${rows.from}) AS design`;
}
