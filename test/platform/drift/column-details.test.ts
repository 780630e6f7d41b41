import { detailsOf, type ColumnDetails } from "../../../platform/drift/column-details";
import type { CategoryProfile } from "../../../platform/drift/profile";
import { profileNumbers, profileNumbersAgainst } from "../../../platform/drift/profile-values";

const missingLabel = "missing";
const category = (values: Record<string, number>, more: Partial<CategoryProfile> = {}): CategoryProfile => ({
  type: "category",
  count: 10,
  missing: 0,
  values,
  other: 0,
  ...more,
});

function newValues(reference: CategoryProfile, current: CategoryProfile): ColumnDetails["newValues"] {
  return detailsOf({ reference, current }, { bins: [], missingLabel }).newValues;
}

test.each<[string, CategoryProfile, CategoryProfile, ColumnDetails["newValues"]]>([
  ["none", category({ a: 10 }), category({ a: 10 }), []],
  [
    "new ones, the most frequent first",
    category({ a: 10 }),
    category({ a: 5, b: 1, c: 4 }),
    [
      { value: "c", share: 0.4 },
      { value: "b", share: 0.1 },
    ],
  ],
  [
    "none that the reference names among its further ones",
    category({ a: 5 }, { other: 5, seen: ["b"] }),
    category({ a: 5, b: 4, c: 1 }),
    [{ value: "c", share: 0.1 }],
  ],
  ["unknown, where it does not name them", category({ a: 5 }, { other: 5 }), category({ b: 10 }), undefined],
])("new values: %s", (_, reference, current, expected) => {
  expect(newValues(reference, current)).toEqual(expected);
});

test("names ten new values at most", () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`v${index}`, 1]));
  expect(newValues(category({ a: 1 }), category(many))).toHaveLength(10);
});

test("numbers: the share outside of the reference's range, and the test of the bins without missing values", () => {
  const reference = profileNumbers(Array.from({ length: 100 }, (_, index) => index));
  const current = profileNumbersAgainst(reference, [-1, 0, 99, 100, NaN]);
  const bins = [
    { label: "a", reference: 50, current: 2 },
    { label: "b", reference: 50, current: 2 },
    { label: missingLabel, reference: 0, current: 1 },
  ];
  const details = detailsOf({ reference, current }, { bins, missingLabel });
  expect(details).toMatchObject({ outside: 0.5, kolmogorovSmirnov: { statistic: 0, pValue: 1 } });
  expect(details.jensenShannon).toBeGreaterThan(0);
  expect(details).not.toHaveProperty("newValues");
});

test("numbers that are all missing are neither in nor out of a range", () => {
  const reference = profileNumbers([1, 2]);
  const current = profileNumbersAgainst(reference, [NaN]);
  expect(detailsOf({ reference, current }, { bins: [], missingLabel })).not.toHaveProperty("outside");
});
