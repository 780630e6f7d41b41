import { numbersOnly } from "../definitions";

test.each([
  ["_row", '- the column name "_row" is reserved'],
  ["_Held_Out", '- the column name "_Held_Out" is reserved'],
  ["prediction", '- the column name "prediction" is reserved'],
  ["X", '- columns "x" and "X" differ in nothing but case'],
])("a definition with a column %p beside x is refused", (name, message) => {
  expect(() => numbersOnly(["x", name, "y"])).toThrow(message);
});

test("a definition with other names is accepted", () => {
  expect(numbersOnly(["x", "row", "predictions", "y"]).columns).toHaveLength(4);
});
