import { cardSliceFaults, sliceFaults } from "../../../platform/definition/slice-faults";

const columns = [
  { name: "age", type: "number" },
  { name: "sex", type: "category" },
  { name: "day", type: "date" },
  { name: "income", type: "number", personal: true },
  { name: "town", type: "category", personal: true },
  { name: "region", type: "category", personal: true, values: ["a", "b"] },
];

test.each([
  [{ column: "age", at: [50] }, undefined],
  [{ column: "sex" }, undefined],
  [{ column: "region" }, undefined],
  [{ column: "height" }, "not among the columns"],
  [{ column: "day" }, "is a date"],
  [{ column: "age" }, 'cut points ("at") are for numbers'],
  [{ column: "sex", at: [1] }, 'cut points ("at") are for numbers'],
  [{ column: "town" }, "is personal and has no values"],
])("%j of a gate", (slice, fault) => {
  const faults = sliceFaults([slice], columns);
  expect(faults).toEqual(fault === undefined ? [] : [expect.stringContaining(fault)]);
});

test.each([
  [{ column: "age", at: [50] }, false],
  [{ column: "region" }, true],
  [{ column: "income", at: [1000] }, true],
])("%j of a card, which shows no personal column", (slice, isRefused) => {
  const faults = cardSliceFaults([slice], columns);
  expect(faults).toEqual(isRefused ? [expect.stringContaining("of the card is personal")] : []);
});
