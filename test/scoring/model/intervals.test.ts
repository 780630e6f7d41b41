import { intervalsOf, requireInterval } from "../../../scoring/model/intervals";

test("an interval reaches as far to either side of a prediction", () => {
  const interval = requireInterval({ target: { name: "y", interval: { coverage: 0.9, margin: 2 } } }, "y:1");
  expect(intervalsOf({ prediction: Float64Array.of(1, -5) }, interval)).toEqual([
    [-1, 3],
    [-7, -3],
  ]);
});

test("an interval of a factor reaches as many times above a prediction as below, and never below 0", () => {
  expect(intervalsOf({ prediction: Float64Array.of(10, 0.5) }, { coverage: 0.9, factor: 4 })).toEqual([
    [2.5, 40],
    [0.125, 2],
  ]);
});

test("a model that was trained without is not asked for it", () => {
  expect(() => requireInterval({ target: { name: "y" } }, "y:1")).toThrow(
    'y:1 has no prediction intervals: it was trained without. Leave out "intervals".',
  );
});
