import { readFileSync } from "node:fs";
import path from "node:path";
import type { NumberTerm } from "../../../platform/onnx/linear-parameters";
import { fitLinearModel } from "./fit-linear-model";
import { definitionOf, openRows } from "./rows";

interface DataSet {
  readonly degree: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly coefficients: readonly number[];
}

const { sets } = JSON.parse(readFileSync(path.join(__dirname, "fixtures/nist-strd.json"), "utf8")) as {
  sets: Record<string, DataSet>;
};
export const nistNames = Object.keys(sets);

/** Correct significant digits of a value: the logarithm of its relative error, at most 15. */
function digitsOf(value: number, exact: number): number {
  return Math.min(15, -Math.log10(Math.abs(value / exact - 1)));
}

/** Fits a reference data set of NIST by least squares; answers the digits of the worst slope of the polynomial. */
export async function digitsOfSlopes(name: string): Promise<number> {
  const set = sets[name];
  if (!set) throw new Error(`There is no data set "${name}".`);
  const powers = Array.from({ length: set.degree }, (_, index) => index + 1);
  const columns = powers.map((power) => ({ name: `x${power}`, type: "number" as const }));
  const definition = definitionOf([...columns, { name: "y", type: "number", role: "target" }], {
    kind: "ridge",
    alpha: 0,
  });
  const engine = await openRows(
    definition,
    set.x.map((x, index) => ({
      ...Object.fromEntries(powers.map((power) => [`x${power}`, x ** power])),
      y: set.y[index] ?? null,
    })),
  );
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
