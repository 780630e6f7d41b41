import { checkClasses, classDifference } from "../../../deploy/rules/check-classes";
import { checkPairs, checkPredictions } from "../../../deploy/rules/check-predictions";
import type { TrackSample } from "../../../platform/release/deployment";
import { rule } from "./canary-fixture";

function counted(counts: Readonly<Record<string, number>>): TrackSample {
  const classes = Object.entries(counts).map(([name, count]) => ({ name, count }));
  return { requests: classes.reduce((sum, { count }) => sum + count, 0), failures: 0, classes };
}

const stable = counted({ a: 500, b: 300, c: 200 });
const judge = (canary: TrackSample, reference = stable) => checkPredictions({ reference, canary, rule });

test.each<[string, TrackSample, string]>([
  ["the same shares", counted({ a: 250, b: 150, c: 100 }), "holds"],
  ["one class alone", counted({ c: 500 }), "fails"],
  ["a class that stable never says", counted({ d: 500 }), "fails"],
  ["a tenth moved, which is allowed", counted({ a: 400, b: 300, c: 300 }), "holds"],
  ["more than is allowed, near enough to be chance", counted({ a: 200, b: 300, c: 500 }), "unsure"],
  ["one class alone in three requests", counted({ c: 3 }), "unsure"],
])("%s: %s", (_, canary, state) => {
  expect(judge(canary).state).toBe(state);
});

test("it says which class differs most", () => {
  expect(judge(counted({ c: 500 }))).toMatchObject({
    name: "predictions",
    explanation: expect.stringContaining('most of all "c" (100 % against 20 %)') as string,
  });
});

test("without a prediction on one side it lacks what it judges", () => {
  const nothing: TrackSample = { requests: 5, failures: 5 };
  expect(judge(nothing)).toMatchObject({
    state: "lacking",
    explanation: expect.stringContaining("the canary") as string,
  });
  expect(judge(stable, nothing)).toMatchObject({
    state: "lacking",
    explanation: expect.stringContaining("stable") as string,
  });
});

test("a hundred classes in few requests are not taken for a difference", () => {
  const even = (each: number) =>
    counted(Object.fromEntries(Array.from({ length: 100 }, (_, name) => [`class ${name}`, each])));
  // A hundred requests of the hundred classes: 63 classes are seen, as of any even draw.
  const drawn = counted(
    Object.fromEntries(Array.from({ length: 63 }, (_, name) => [`class ${name}`, name < 37 ? 2 : 1])),
  );
  expect(checkClasses({ reference: even(50), canary: drawn, rule }).state).toBe("holds");
});

test("how often two predictions are of different classes is the probability without putting back", () => {
  // 2 of a and 2 of b: of the 6 pairs 4 differ.
  expect(classDifference(counted({ a: 2, b: 2 }).classes ?? []).mean).toBeCloseTo(4 / 6, 12);
  expect(classDifference(counted({ a: 9 }).classes ?? [])).toEqual({ mean: 0, error: 0 });
  expect(classDifference([{ name: "a", count: 1 }]).mean).toBeNaN();
});

test.each([
  [0.01, "holds"],
  [0.6, "fails"],
])("copies with other classes in a share of %d of the rows: %s", (meanAbsoluteDifference, state) => {
  const pairs = { count: 400, meanAbsoluteDifference, standardDeviation: 0.1 };
  const check = checkPairs({ reference: stable, canary: { ...stable, pairs }, rule });
  expect(check).toMatchObject({
    state,
    explanation: expect.stringContaining("predict different classes for") as string,
  });
});
