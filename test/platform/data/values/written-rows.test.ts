import { writtenRows } from "../../../../platform/data/values/written-rows";

test("only numbers are written in another way, and only where the decimal separator is one", () => {
  const rows = [{ a: 1234.5, b: 1.5e-7, c: "1.5", d: null, e: true }];
  expect(writtenRows(rows, { decimal: ",", thousands: ".", missing: [] })).toEqual([
    { a: "1234,5", b: "1,5e-7", c: "1.5", d: null, e: true },
  ]);
  expect(writtenRows(rows, { decimal: ".", missing: [] })).toEqual(rows);
});
