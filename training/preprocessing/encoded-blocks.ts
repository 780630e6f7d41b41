import { standardise } from "../../platform/kernels/number-kernels";
import { identifier, literal, type SqlEngine } from "../../platform/sql/engine";
import { sizeOf, type Unfitted, type UnfittedTerm } from "./preprocessing";
import { double } from "./sql";
import type { CategoryTerm, NumberTerm } from "../../platform/onnx/linear-parameters";

/** A column of a block that is a number in each row. */
interface DenseColumn {
  /** Its place among the encoded columns. */
  readonly at: number;
  readonly values: Float64Array;
}

/**
 * Rows by encoded column: a number per feature that is not a category; of the columns of a category, all of which are 0 but one at
 * most, per row the place of that one.
 */
export interface EncodedBlock {
  readonly rows: number;
  readonly dense: readonly DenseColumn[];
  /** -1 where all columns of the category are 0. */
  readonly categories: readonly Int32Array[];
  /** Of the further expressions that were asked for, the values. */
  readonly further: readonly Float64Array[];
}

/** What is encoded. */
interface EncodedRelation {
  /** What follows FROM. */
  readonly from: string;
  readonly parts: readonly UnfittedTerm[];
  readonly further: readonly string[];
  /** Whether the relation will be read again. */
  readonly again?: boolean;
}

/** A relation's rows, encoded, with further expressions over it, block by block. A block is there until the next one is asked for. */
export async function* encodedBlocks(
  engine: SqlEngine,
  { from, parts, further, again = false }: EncodedRelation,
): AsyncGenerator<EncodedBlock> {
  const places: number[] = [];
  let size = 0;
  for (const part of parts) {
    places.push(size);
    size += sizeOf(part);
  }
  const columns = parts.map((part) => columnSql(part, engine));
  for await (const block of engine.blocks([...columns, ...further], from, { again })) {
    const dense: DenseColumn[] = [];
    const categories: Int32Array[] = [];
    for (const [index, part] of parts.entries()) {
      const values = block[index] ?? new Float64Array();
      const at = places[index] ?? 0;
      if (part.kind === "category") categories.push(placesOf(values, at));
      else dense.push({ at, values: part.kind === "number" ? standardized(values, part) : values });
    }
    const rest = block.slice(parts.length);
    yield { rows: block[0]?.length ?? 0, dense, categories, further: rest };
  }
}

function columnSql(part: UnfittedTerm, { dialect }: SqlEngine): string {
  const column = identifier(part.column);
  if (part.kind === "boolean") return `CASE WHEN ${column} THEN ${double(1)} ELSE ${double(0)} END`;
  if (part.kind === "number") return column;
  return categoryPosition(part, dialect);
}

/** SQL for the position (from 0) of a row's value among those of a category; NULL where it is none of them. */
function categoryPosition(
  { column, imputation, values }: Unfitted<CategoryTerm>,
  dialect: SqlEngine["dialect"],
): string {
  const name = identifier(column);
  return dialect.positionAmong(
    imputation === undefined ? name : `coalesce(${name}, ${literal(imputation)})`,
    values,
  );
}

function placesOf(positions: Float64Array, first: number): Int32Array {
  const places = new Int32Array(positions.length);
  for (let row = 0; row < places.length; row++) {
    const position = positions[row] ?? NaN;
    places[row] = position === position ? first + position : -1;
  }
  return places;
}

/** In place: nobody else has the block. */
function standardized(
  values: Float64Array,
  { imputation: instead = NaN, mean, scale }: Unfitted<NumberTerm>,
): Float64Array {
  standardise(values, { mean, scale, instead });
  return values;
}
