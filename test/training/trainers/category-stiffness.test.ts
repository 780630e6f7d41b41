import { Matrix, pseudoInverse } from "ml-matrix";
import { categoryPlaces, stiffenCategories } from "../../../training/trainers/category-stiffness";
import { findCholeskySolution, largestVarianceInflation } from "../../../training/trainers/linear-algebra";

/** Centred cross products of a number and two categories of 3 and 4 values, one of which 2 rows in 3,000 have, and of a target. */
function products({ without = 0 } = {}): { gram: Matrix; right: number[] } {
  let state = 7;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const rows = Array.from({ length: 3000 }, (_, row) => {
    const [x, one, other] = [random() * 4, Math.floor(random() * 3), row < 2 ? 3 : Math.floor(random() * 3)];
    const values = [
      x,
      ...[0, 1, 2].map((at) => (at === one ? 1 : 0)),
      ...[0, 1, 2, 3].map((at) => (at === other ? 1 : 0)),
    ];
    if (row >= 3000 - without) values.fill(0, 4);
    return [...values, 2 * x + one - 3 * other + random()];
  });
  const means = rows.reduce(
    (sum, row) => sum.map((value, at) => value + (row[at] ?? NaN) / rows.length),
    new Array<number>(9).fill(0),
  );
  const centred = new Matrix(rows.map((row) => row.map((value, at) => value - (means[at] ?? NaN))));
  const all = centred.transpose().mmul(centred);
  return { gram: all.subMatrix(0, 7, 0, 7), right: all.getColumn(8).slice(0, 8) };
}

const places = [
  { at: 1, size: 3 },
  { at: 4, size: 4 },
];

test.each([0, 1e-3, 1, 100])(
  "with alpha %d the solution is the same, and no digits are lost to the categories",
  (alpha) => {
    const { gram, right } = products();
    const penalised = gram.clone().add(Matrix.eye(8).mul(alpha));
    const stiff = stiffenCategories(penalised, alpha, places);
    // An inverse by singular values, which finds the solution of least |b|; the mean of each category's coefficients, which is 0, is rounding.
    const expected = pseudoInverse(penalised, 1e-12).mmul(Matrix.columnVector(right)).getColumn(0);
    for (const { at, size } of places) {
      const mean = expected.slice(at, at + size).reduce((sum, value) => sum + value / size, 0);
      for (let place = at; place < at + size; place++) expected[place] = (expected[place] ?? NaN) - mean;
    }
    const found = findCholeskySolution(stiff, right) ?? [];
    const errors = found.map((value, at) => Math.abs(value - (expected[at] ?? NaN)));
    expect(Math.max(...errors)).toBeLessThan(1e-10 * Math.max(...expected.map(Math.abs)));
    expect(largestVarianceInflation(stiff)).toBeLessThan(200);
    if (alpha < 1) expect(largestVarianceInflation(penalised)).toBeGreaterThan(1e3);
  },
);

test("a category of which some rows have no value stays as it is: its sum tells of them", () => {
  const { gram } = products({ without: 1 });
  const [other = { at: 0, size: 0 }] = places.slice(1);
  expect(stiffenCategories(gram, 0, [other])).toEqual(gram);
});

test("categories are where the encoded columns say", () => {
  expect(
    categoryPlaces([
      { kind: "number", name: "x", replacement: 0, mean: 0, scale: 1 },
      { kind: "category", name: "colour", values: ["a", "b", "c"] },
      { kind: "category", name: "town", values: ["x", "y"] },
    ] as never),
  ).toEqual([
    { at: 1, size: 3 },
    { at: 4, size: 2 },
  ]);
});
