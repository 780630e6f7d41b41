import { acceptedByFlag, breakingAcceptedByFlag } from "../../../cli/retraining/accepted-changes";
import { definition } from "../report/report-fixture";

test.each([
  [undefined, undefined],
  ["town,price", { columns: ["town", "price"], by: "--accept-population town,price" }],
  ["all", { columns: ["all"], by: "--accept-population all" }],
])("--accept-population %p accepts %j", (text, accepted) => {
  expect(acceptedByFlag(text, definition)).toEqual(accepted);
});

test("a column that the model does not have is refused, with those that it has", () => {
  expect(() => acceptedByFlag("town,yaer", definition)).toThrow(
    /^--accept-population names "yaer", which the model does not have\. Expected "all", or of .*town, price\. Correct the name\.$/,
  );
});

test.each([
  [undefined, undefined],
  ["all", { columns: ["all"], by: "--accept-breaking all" }],
  // A column may be gone from the definition.
  ["town, gone", { columns: ["town", "gone"], by: "--accept-breaking town,gone" }],
])("--accept-breaking %p accepts %j", (text, accepted) => {
  expect(breakingAcceptedByFlag(text)).toEqual(accepted);
});
