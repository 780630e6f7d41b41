import { numbersOnly } from "../definitions";

test.each([
  ["_row", '- the column name "_row" is reserved'],
  ["_Held_Out", '- the column name "_Held_Out" is reserved'],
  ["prediction", '- the column name "prediction" is reserved'],
  ["__proto__", '- the column name "__proto__" is reserved'],
  ["X", '- columns "x" and "X" differ in nothing but case'],
])("a definition with a column %p beside x is refused", (name, message) => {
  expect(() => numbersOnly(["x", name, "y"])).toThrow(message);
});

test("a definition with other names is accepted", () => {
  expect(numbersOnly(["x", "row", "predictions", "constructor", "y"]).columns).toHaveLength(5);
});
