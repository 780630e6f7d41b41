import type { ColumnNumber } from "../definition/column-number";
import { columnNumbers } from "../definition/column-numbers";
import type { ColumnDefinition } from "../definition/definition";
import { arithmeticSql } from "./arithmetic-sql";
import { identifier } from "./engine";

/** A relation (what follows FROM) with numbers that are made of its columns beside what it has. */
export function withNumbers(
  from: string,
  numbers: readonly Pick<ColumnNumber, "name" | "expression">[],
): string {
  if (numbers.length === 0) return from;
  const made = numbers.map(({ name, expression }) => `${arithmeticSql(expression)} AS ${identifier(name)}`);
  return `(SELECT *, ${made.join(", ")} FROM ${from}) AS with_numbers`;
}

/** The same with the numbers that its columns become. */
export function withColumnNumbers(
  from: string,
  columns: readonly Pick<ColumnDefinition, "name" | "type" | "parts" | "also" | "encoding" | "values">[],
): string {
  return withNumbers(from, columns.flatMap(columnNumbers));
}
