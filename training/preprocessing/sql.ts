import { PlatformError } from "../../platform/base/errors";
import { double as doubleLiteral, type SqlEngine, type SqlRow } from "../../platform/sql/engine";

/** Aggregates in one statement; more make planning slower than another scan. */
const aggregatesPerScan = 1000;

/** What is said of numbers that overflow. */
export function notFinite(what: string): PlatformError {
  return new PlatformError(
    "TRAINING_FAILED",
    `${what} is not a finite number. Values of moderate size are expected. Look for very large numbers in the data (the definition's ranges find them).`,
  );
}

/** A number in SQL; one that has overflowed on the way is refused. */
export function double(value: number): string {
  if (!Number.isFinite(value)) throw notFinite("A sum over the training rows");
  return doubleLiteral(value);
}

/** A sum as a balanced tree: engines limit the depth of an expression, which a chain of hundreds would pass. */
export function balancedSum(terms: readonly string[]): string {
  if (terms.length === 0) return double(0);
  if (terms.length === 1) return terms[0] ?? double(0);
  const half = Math.ceil(terms.length / 2);
  return `(${balancedSum(terms.slice(0, half))} + ${balancedSum(terms.slice(half))})`;
}

/** A number of a result; NaN for NULL and for what is not a number. */
export function numberOf(row: SqlRow | undefined, name: string): number {
  const value = row?.[name];
  return typeof value === "number" ? value : NaN;
}

/** Values of aggregate expressions over a relation (what follows FROM), in as few scans as the engine bears. */
export async function aggregate(
  engine: SqlEngine,
  from: string,
  expressions: readonly string[],
): Promise<number[]> {
  const values: number[] = [];
  for (let start = 0; start < expressions.length; start += aggregatesPerScan) {
    const some = expressions.slice(start, start + aggregatesPerScan);
    const [row] = await engine.rows(
      `SELECT ${some.map((expression, index) => `${expression} AS a${index}`).join(", ")} FROM ${from}`,
    );
    values.push(...some.map((_, index) => numberOf(row, `a${index}`)));
  }
  return values;
}
