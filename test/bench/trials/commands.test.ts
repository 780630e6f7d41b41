import { outcomeOf } from "../../../bench/trials/commands";

const story = "week 1  the usual flats\n        ✔ no drift\n        ✖ the error has fallen back: 9 after 3\n";

test.each([
  ["one that passes", 0, "        ✔ no drift\n\nAll of it went as told, in 140 s.\n", []],
  [
    "one that fails names what failed",
    1,
    `${story}\n1 of it went otherwise, in 9 s.\n`,
    ["✖ the error has fallen back: 9 after 3"],
  ],
  ["one that ends early says how", 1, "Production serves nothing.\n", ["it ended with 1"]],
  ["one that is killed", null, "", ["it ended with null"]],
])("a program of the nightly run: %s", (_, code, output, faults) => {
  expect(outcomeOf({ code, output }, /^✖/).faults).toEqual(faults);
});

test("what it found names no file of the machine", () => {
  const output = "All of it went as told, in 84 s. The page: ../mlops-nightly-x/demo-drift.html\n";
  const found = "All of it went as told, in 84 s.";
  expect(outcomeOf({ code: 0, output }, /^✖/)).toEqual({ found, faults: [] });
});

test("what it found is its last sentence with a number, no line of a table", () => {
  const output = "45 goals, 0 missed.\n| laptop | 12 |\n";
  expect(outcomeOf({ code: 0, output }, /missed/)).toEqual({ found: "45 goals, 0 missed.", faults: [] });
});
