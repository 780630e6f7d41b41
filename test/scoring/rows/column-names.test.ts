import { checkColumnCount, findRepeated } from "../../../scoring/rows/column-names";
import { cost } from "../dialects/service-fixture";

test.each([0, 3, 4, 23])("%d columns for three features are compared name by name", (columns) => {
  expect(() => checkColumnCount(columns, cost.signature)).not.toThrow();
});

test.each([24, 100_000])("%d columns for three features are refused", (columns) => {
  expect(() => checkColumnCount(columns, cost.signature)).toThrow(
    `The rows have more than 23 columns, but the model has 3 features. Send a column for each feature and no other.`,
  );
});

test.each<[readonly string[], string | undefined]>([
  [[], undefined],
  [["a", "b", "A"], undefined],
  [["a", "b", "b", "a"], "b"],
  [["__proto__", "toString", "__proto__"], "__proto__"],
])("of %j, the first repeated name is %p", (names, repeated) => {
  expect(findRepeated(names)).toBe(repeated);
});
