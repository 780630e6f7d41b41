import { definitionOf, openRows } from "./rows";
import { fitLinearModel } from "./fit-linear-model";
import { fitModel } from "../../../training/trainers/trainers";
import { digitsOfSlopes, nistNames } from "./nist";
import { TriangularFactor } from "../../../training/trainers/least-squares";
import type { NumberTerm } from "../../../platform/onnx/linear-parameters";
import type { SqlRow } from "../../../platform/sql/engine";

/** Digits that are asked of each reference set; what orthogonal decomposition in 64 bits gives is a little more. */
const digits: Readonly<Record<string, number>> = {
  Norris: 11,
  Pontius: 11,
  Longley: 11,
  Filip: 7,
  Wampler1: 9,
  Wampler2: 11,
  Wampler3: 8,
  Wampler4: 7,
  Wampler5: 5,
};

test.each(nistNames)("least squares on NIST's %s is right to the digits asked", async (name) => {
  expect(await digitsOfSlopes(name)).toBeGreaterThan(digits[name] ?? 15);
});

/** Numbers of -1 to 1 that have no pattern, the same in every run. */
function noise(seed: number): (index: number) => number {
  return (index) => {
    const value = Math.sin(seed * 1000 + index * 12.9898) * 43758.5453;
    return 2 * (value - Math.floor(value)) - 1;
  };
}

/** Rows y = 1 + 2 a + 3 b, where b is a but for noise of a size. */
function nearTwins(size: number, rows = 500): SqlRow[] {
  const [first, second] = [noise(1), noise(2)];
  return Array.from({ length: rows }, (_, index) => {
    const a = first(index);
    const b = a + size * second(index);
    return { a, b, y: 1 + 2 * a + 3 * b };
  });
}

const twins = (alpha: number) =>
  definitionOf(
    [
      { name: "a", type: "number" },
      { name: "b", type: "number" },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha },
  );

// An error of one rounding in y is one of 1 / size in the coefficients.
test.each([1e-3, 1e-5, 1e-7])("columns that differ by %d keep an effect each", async (size) => {
  const engine = await openRows(twins(0), nearTwins(size));
  const { terms } = await fitLinearModel(engine, twins(0), "data");
  const [a = NaN, b = NaN] = (terms as NumberTerm[]).map(({ coefficient, scale }) => coefficient / scale);
  await engine.close();
  expect(Math.abs(a - 2)).toBeLessThan(1e-13 / size);
  expect(Math.abs(b - 3)).toBeLessThan(1e-13 / size);
});

test("a small penalty on nearly equal columns is solved as exactly as a large one", async () => {
  const rows = nearTwins(1e-5);
  const engine = await openRows(twins(1e-9), rows);
  const { terms } = await fitLinearModel(engine, twins(1e-9), "data");
  await engine.close();
  const [ta, tb] = terms as [NumberTerm, NumberTerm];
  const standard = (column: string, { mean, scale }: NumberTerm) =>
    rows.map((row) => (Number(row[column]) - mean) / scale);
  const [za, zb] = [standard("a", ta), standard("b", tb)];
  // In sums and differences of the columns the penalty stays alpha |b|² and the products are nearly diagonal.
  const [s, d] = [
    za.map((z, i) => (z + (zb[i] ?? 0)) / Math.SQRT2),
    za.map((z, i) => (z - (zb[i] ?? 0)) / Math.SQRT2),
  ];
  const mean = rows.reduce((sum, { y }) => sum + Number(y), 0) / rows.length;
  const target = rows.map(({ y }) => Number(y) - mean);
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, v, i) => sum + v * (y[i] ?? 0), 0);
  const residual = target.map((v, i) => v - (ta.coefficient * (za[i] ?? 0) + tb.coefficient * (zb[i] ?? 0)));
  // Stationary: Xᵀ residual = alpha b in both directions.
  const [bs, bd] = [
    (ta.coefficient + tb.coefficient) / Math.SQRT2,
    (ta.coefficient - tb.coefficient) / Math.SQRT2,
  ];
  expect(Math.abs(dot(s, residual) - 1e-9 * bs)).toBeLessThan(1e-9 * Math.sqrt(dot(s, s)));
  expect(Math.abs(dot(d, residual) - 1e-9 * bd)).toBeLessThan(1e-4 * Math.sqrt(dot(d, d)) * 1e-9);
});

test.each<[string, number, RegExp | undefined]>([
  ["clearly apart", 0.1, undefined],
  ["nearly the same", 1e-9, /^The features are nearly dependent \(condition number \d\.\de\+\d\), so/],
  ["the same", 0, /^1 column of the features can be told from the others, so/],
])("of columns that are %s it warns as it should", async (_, size, warning) => {
  const engine = await openRows(twins(0), nearTwins(size));
  const { warnings = [] } = await fitModel({
    engine,
    definition: twins(0),
    from: "data",
    commandDirectory: ".",
    workDirectory: "unused",
  });
  await engine.close();
  expect(warnings).toEqual(warning ? [expect.stringMatching(warning)] : []);
});

test("what one-hot encoding repeats by its making is nothing to warn of", async () => {
  const definition = definitionOf(
    [
      { name: "port", type: "category", values: ["C", "Q", "S", "unused"] },
      { name: "x", type: "number" },
      { name: "y", type: "number", role: "target" },
    ],
    { kind: "ridge", alpha: 0 },
  );
  const rows = Array.from({ length: 60 }, (_, index) => ({
    port: "CQS".charAt(index % 3),
    x: noise(3)(index),
    y: index % 3,
  }));
  const engine = await openRows(definition, rows);
  const fitted = await fitModel({
    engine,
    definition,
    from: "data",
    commandDirectory: ".",
    workDirectory: "x",
  });
  await engine.close();
  expect(fitted.warnings).toEqual([]);
});

test.each([0, 1])(
  "with alpha %d, what one-hot encoding repeats does not take the rows apart",
  async (alpha) => {
    const folded = jest.spyOn(TriangularFactor.prototype, "add");
    const definition = definitionOf(
      [
        { name: "port", type: "category", values: ["C", "Q", "S"] },
        { name: "x", type: "number" },
        { name: "y", type: "number", role: "target" },
      ],
      { kind: "ridge", alpha },
    );
    // More rows than a penalty of 1 evens out.
    const rows = Array.from({ length: 10_000 }, (_, index) => ({
      port: "CQS".charAt(index % 3),
      x: noise(3)(index),
      y: index % 3,
    }));
    const engine = await openRows(definition, rows);
    const { terms } = await fitLinearModel(engine, definition, "data");
    await engine.close();
    expect(folded).not.toHaveBeenCalled();
    folded.mockRestore();
    const [category] = terms.filter((term) => "coefficients" in term) as unknown as {
      coefficients: number[];
    }[];
    const { coefficients = [] } = category ?? {};
    // y is the value's place: 0, 1, 2.
    const size = 10_000 / 3 / (10_000 / 3 + alpha);
    [-size, 0, size].forEach((value, place) => expect(coefficients[place]).toBeCloseTo(value, 3));
  },
);
