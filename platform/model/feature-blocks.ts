import { PlatformError } from "../base/errors";
import { isKeptAsNumber } from "../definition/model-features";
import { identifier, type SqlEngine } from "../sql/engine";
import { findTextFault } from "./category-text";
import type { Signature, SignatureColumn } from "./signature";
import type { ColumnValues, FeatureTable } from "./table";

interface FeatureBlock {
  readonly table: FeatureTable;
  /** Of the further expressions that were asked for, the values. */
  readonly further: readonly Float64Array[];
}

/** A feature of a relation, as SQL for a number and what makes the model's values of such numbers. */
interface Reading {
  readonly sql: string;
  readonly read: (numbers: Float64Array) => ColumnValues;
}

/** A relation's rows as the tables that a model takes, with further expressions over it, block by block, in the order of its rows. */
export async function* featureBlocks(
  engine: SqlEngine,
  {
    from,
    signature,
    further,
  }: { readonly from: string; readonly signature: Signature; readonly further: readonly string[] },
): AsyncGenerator<FeatureBlock> {
  const readings: Reading[] = [];
  for (const column of signature.inputs) readings.push(await readingOf(engine, from, column));
  const columns = [...readings.map(({ sql }) => sql), ...further];
  for await (const block of engine.blocks(columns, from)) {
    const values = signature.inputs.map(({ name }, index): [string, ColumnValues] => [
      name,
      readings[index]?.read(block[index] ?? new Float64Array()) ?? [],
    ]);
    yield {
      table: { rows: block[0]?.length ?? 0, columns: new Map(values) },
      further: block.slice(signature.inputs.length),
    };
  }
}

async function readingOf(engine: SqlEngine, from: string, column: SignatureColumn): Promise<Reading> {
  const name = identifier(column.name);
  if (isKeptAsNumber(column.type)) return { sql: name, read: (numbers) => numbers };
  if (column.type === "boolean") {
    return {
      sql: `CASE WHEN ${name} THEN 1 WHEN NOT ${name} THEN 0 END`,
      read(numbers) {
        if (numbers.some(Number.isNaN)) throw unfit(column, "missing");
        return Uint8Array.from(numbers);
      },
    };
  }
  const found = await engine.rows(`SELECT DISTINCT ${name} AS v FROM ${from} WHERE ${name} IS NOT NULL`);
  const texts = found.map(({ v }) => String(v));
  const odd = texts.find((text) => findTextFault(text) !== undefined);
  if (odd !== undefined) throw unfit(column, JSON.stringify(odd));
  return {
    sql: engine.dialect.positionAmong(name, texts),
    // A missing category is "" to a model.
    read: (numbers) => Array.from(numbers, (position) => texts[position] ?? ""),
  };
}

function unfit({ name, type }: SignatureColumn, value: string): PlatformError {
  return new PlatformError(
    "INPUT_INVALID",
    `Feature "${name}" is ${value} in some rows. A ${type} is expected. Correct the rows.`,
  );
}
