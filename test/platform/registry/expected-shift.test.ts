import { expectedShift, formatShift, shiftTag } from "../../../platform/registry/expected-shift";

const shift = { mean: 1.23456, spread: 2, distance: 0.25, disagreement: 0.5 };

test("is read back from the tag of a version, rounded", () => {
  expect(expectedShift({ [shiftTag]: formatShift("cost:1", shift) })).toEqual({
    ...shift,
    mean: 1.235,
    champion: "cost:1",
  });
});

test.each([{}, { [shiftTag]: "{" }, { [shiftTag]: '{"mean":1}' }])("is not known of the tags %j", (tags) => {
  expect(expectedShift(tags)).toBeUndefined();
});
