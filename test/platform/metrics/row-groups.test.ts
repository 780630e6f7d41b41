import { groupRows } from "../../../platform/metrics/row-groups";

test.each([
  [
    ["> 60", "50 < x <= 60", "<= 50", "> 60"],
    [
      ["<= 50", [2]],
      ["50 < x <= 60", [1]],
      ["> 60", [0, 3]],
    ],
  ],
  [
    ["b10", undefined, "b9", "a"],
    [
      ["a", [3]],
      ["b9", [2]],
      ["b10", [0]],
    ],
  ],
  [[undefined], []],
])("rows of %j are grouped in order of the labels", (labels, groups) => {
  expect(groupRows(labels)).toEqual(groups);
});
