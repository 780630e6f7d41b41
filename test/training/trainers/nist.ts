import { readFileSync } from "node:fs";
import path from "node:path";
import type { NumberTerm } from "../../../platform/onnx/linear-parameters";
import { fitLinearModel } from "./fit-linear-model";
import { definitionOf, openRows } from "./rows";

type DataSet = {
  readonly y: readonly number[];
  /** The intercept's first. */
  readonly coefficients: readonly number[];
} & (
  | { readonly columns: readonly (readonly number[])[] }
  /** A polynomial of x. */
  | { readonly degree: number; readonly x: readonly number[] }
);

const { sets } = JSON.parse(readFileSync(path.join(__dirname, "fixtures/nist-strd.json"), "utf8")) as {
  sets: Record<string, DataSet>;
};
export const nistNames = Object.keys(sets);

/** Correct significant digits of a value: the logarithm of its relative error, at most 15. */
function digitsOf(value: number, exact: number): number {
  return Math.min(15, -Math.log10(Math.abs(value / exact - 1)));
}

function columnsOf(set: DataSet): readonly (readonly number[])[] {
  if ("columns" in set) return set.columns;
  return Array.from({ length: set.degree }, (_, index) => set.x.map((x) => x ** (index + 1)));
}

/** Fits a reference data set of NIST by least squares; answers the digits of the worst slope. */
export async function digitsOfSlopes(name: string): Promise<number> {
  const set = sets[name];
  if (!set) throw new Error(`There is no data set "${name}".`);
  const columns = columnsOf(set).map((values, index) => ({ name: `x${index + 1}`, values }));
  const definition = definitionOf(
    [
      ...columns.map((column) => ({ name: column.name, type: "number" as const })),
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 0 },
  );
  const rows = set.y.map((y, row) => ({
    ...Object.fromEntries(columns.map((column) => [column.name, column.values[row] ?? null])),
    y,
  }));
  const engine = await openRows(definition, rows);
  try {
    const { terms } = await fitLinearModel(engine, definition, "data");
    const digits = (terms as NumberTerm[]).map(({ coefficient, scale }, index) =>
      digitsOf(coefficient / scale, set.coefficients[index + 1] ?? NaN),
    );
    return Math.min(...digits);
  } finally {
    await engine.close();
  }
}
