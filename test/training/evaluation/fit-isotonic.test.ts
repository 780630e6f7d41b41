import { calibratedByLevels, fitIsotonic } from "../../../training/evaluation/fit-isotonic";
import { scored } from "../../platform/metrics/scored-rows";

const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

test("neighbours whose shares are not in order are one level, and lines lead from level to level", () => {
  const logOdds = [-2, -1, 0, 1, 2, 3];
  const rows = scored([0, 1, 0, 1, 1, 1], logOdds.map(probability));
  const found = fitIsotonic(rows);
  expect(found.logOdds).toEqual([-2, -1, 0, 1, 3].map((value): unknown => expect.closeTo(value, 12)));
  expect(found.probabilities).toEqual([0, 0.5, 0.5, 1, 1]);
  const asked = { ...rows, predicted: Float64Array.from([-9, -1.5, -0.5, 0.25, 9], probability) };
  expect(Array.from(calibratedByLevels(asked, found).predicted)).toEqual(
    [0, 0.25, 0.5, 0.625, 1].map((value): unknown => expect.closeTo(value, 12)),
  );
});

test("rows count by their weights, and rows alike are one", () => {
  const rows = scored([1, 0, 1, 1, 0], [0.2, 0.2, 0.7, 0.7, 0.9], [1, 3, 2, 1, 0]);
  expect(fitIsotonic(rows).probabilities).toEqual([0.25, 1]);
});

test("where a greater probability does not mean more positive rows, training fails", () => {
  expect(() => fitIsotonic(scored([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]))).toThrow(
    "The probabilities cannot be calibrated: on training rows that the model had not seen",
  );
});
