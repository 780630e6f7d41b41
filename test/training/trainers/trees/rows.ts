import type { RawColumn } from "../../../../training/trainers/trees/bins";

/** Numbers of 0 to 1 that are the same in every language. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 31;
  };
}

/** The rows of `fixtures/make_sklearn.py`: a category and three numbers; two of them are missing at times. */
export function makeRows(rows = 3000): {
  columns: RawColumn[];
  base: Float64Array;
  noise: Float64Array;
  weights: Float64Array;
} {
  const draw = uniform(7);
  const numbers = [0, 1, 2].map(() => new Float64Array(rows));
  const codes = new Uint8Array(rows);
  const [base, noise, weights] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const [a, b, c] = [draw(), draw(), draw()];
    const [missing, category] = [draw() < 0.1, Math.floor(draw() * 12)];
    const other = draw() < 0.1;
    [a, missing ? NaN : b, c].forEach((value, column) => numbers[column]?.set([value], row));
    codes[row] = other ? 0 : category + 1;
    base[row] = 2 * a + (missing ? 1 : 3 * b * b) + (other ? 0 : ((category * 7) % 12) / 6);
    noise[row] = draw();
    weights[row] = 1 + Math.floor(draw() * 3);
  }
  return {
    columns: [
      { kind: "category", monotone: 0, values: codes, categories: 12 },
      ...numbers.map((values): RawColumn => ({ kind: "number", monotone: 0, values })),
    ],
    base,
    noise,
    weights,
  };
}
