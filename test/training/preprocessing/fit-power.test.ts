import { ArithmeticTable } from "../../../platform/base/arithmetic";
import { predictionOf, transformed, type TargetTransform } from "../../../platform/model/target-transform";
import { fitPower, minimize } from "../../../training/preprocessing/fit-power";
import { definitionOf, openRows } from "../trainers/rows";

const definition = definitionOf(
  [
    { name: "x", type: "number" },
    { name: "y", type: "number", role: "target" },
  ],
  { kind: "ridge", alpha: 1 },
);

async function fitTo(
  targets: readonly number[],
  method: TargetTransform["method"],
): Promise<TargetTransform> {
  const engine = await openRows(
    definition,
    targets.map((y) => ({ x: 1, y })),
  );
  try {
    return await fitPower(engine, { from: "data", target: '"y"' }, method);
  } finally {
    await engine.close();
  }
}

/** Quantiles of a distribution that is even around 0, and not too wide. */
const even = Array.from({ length: 401 }, (_, index) => Math.asin((index - 200) / 201));

test.each([
  [2.5, 0.1],
  [-1, 3],
])("the least of a function is found where it is: %d", async (x, width) => {
  let asked = 0;
  const found = await minimize(
    (at) => {
      asked += 1;
      return Promise.resolve(Math.cosh((at - x) / width));
    },
    [-5, 5],
  );
  expect(found).toBeCloseTo(x, 6);
  expect(asked).toBeLessThan(60);
});

test("targets that are powers of what is even around its middle are made even again", async () => {
  const root = await fitTo(
    even.map((value) => (10 + value) ** 2),
    "box-cox",
  );
  // The square root is even, and the likelihood of its neighbours about as great.
  expect(root.lambda).toBeCloseTo(0.5, 0);
  const logarithm = await fitTo(
    even.map((value) => 1e6 * Math.exp(value)),
    "box-cox",
  );
  expect(Math.abs(logarithm.lambda)).toBeLessThan(1e-5);
  expect(logarithm.lambda).not.toBe(0);
  const mirrored = await fitTo(even, "yeo-johnson");
  expect(mirrored.lambda).toBeCloseTo(1, 6);
});

test("the way back is the way there, and ends where it has no value", () => {
  for (const method of ["box-cox", "yeo-johnson"] as const) {
    for (const lambda of [-1.5, -1e-6, 0.5, 1, 2.2]) {
      const transform: TargetTransform = { method, lambda, limits: [-80, 90] };
      const values = Float64Array.from(method === "box-cox" ? [0.01, 1, 8.5] : [-7, -0.3, 0, 0.4, 8.5]);
      const there = new ArithmeticTable(values.length, () => values).evaluate(transformed(transform, "y"));
      const back = new ArithmeticTable(values.length, () => there).evaluate(predictionOf(transform));
      expect(Array.from(back)).toEqual(Array.from(values, (value): unknown => expect.closeTo(value, 7)));
      const far = Float64Array.of(-1e9, 1e9);
      const ends = new ArithmeticTable(2, () => far).evaluate(predictionOf(transform));
      expect(Array.from(ends).every(Number.isFinite)).toBe(true);
      if (lambda < 0) expect(ends[1]).toBeCloseTo(90, 6);
      if (method === "yeo-johnson" && lambda > 2) expect(ends[0]).toBeCloseTo(-80, 6);
      if (method === "box-cox" && lambda > 0) expect(ends[0]).toBe(0);
    }
  }
});

test.each<[string, readonly number[], TargetTransform["method"], string]>([
  [
    "a target of 0",
    [0, 1, 2],
    "box-cox",
    'The target is 0 in a training row. targetTransform "box-cox" is for',
  ],
  ["targets that are all the same", [3, 3, 3], "yeo-johnson", "The target is 3 in all training rows"],
  [
    "targets that no power makes even",
    [1001, 1002, 1004, 1008, 1016, 1032, 1064],
    "box-cox",
    "No power from -5 to 5",
  ],
])("%s is refused", async (_, targets, method, message) => {
  await expect(fitTo(targets, method)).rejects.toThrow(message);
});
