import { measureClasses } from "../../../platform/metrics/class-results";
import reference from "../reference/class-metrics.json";
import { scored } from "./scored-rows";

const one = reference.cases["six classes"];
const rows = { ...scored(one.actual, one.predicted), classes: one.classes };

test("each class has scikit-learn's precision and recall, and the matrix has its rows", () => {
  const { confusion, classes } = measureClasses(rows, [0, 1, 2, 3, 4, 5]);
  expect(confusion).toEqual(one.confusion);
  expect(classes.map(({ name }) => name)).toEqual(["0", "1", "2", "3", "4", "5"]);
  classes.forEach(({ recall, precision }, position) => {
    expect(recall).toBeCloseTo(one.recall[position] ?? NaN, 12);
    expect(precision).toBeCloseTo(one.precision[position] ?? NaN, 12);
  });
  expect(classes.every(({ roc, precisionRecall }) => roc && precisionRecall)).toBe(true);
});

test("a class that no row is of has no recall, no area and no curve", () => {
  const { classes } = measureClasses({ ...scored([0, 1], [0.8, 0.1, 0.1, 0.1, 0.8, 0.1]), classes: 3 }, [
    "a",
    "b",
    "__proto__",
  ]);
  expect(classes[2]).toEqual({ name: "__proto__", rows: 0 });
});

test("curves are kept of the twelve largest classes alone", () => {
  const count = 100;
  const names = Array.from({ length: count }, (_, name) => name) as [number, number, ...number[]];
  const actual = Array.from({ length: 400 }, (_, row) => (row < 300 ? row % count : row % 12));
  const predicted = actual.flatMap((is) => names.map((name) => (name === is ? 0.5 : 0.5 / 99)));
  const { classes } = measureClasses({ ...scored(actual, predicted), classes: count }, names);
  expect(classes.flatMap(({ name, roc }) => (roc ? [Number(name)] : []))).toEqual(names.slice(0, 12));
});
