import { comparableRows, minUnseenRows } from "../../../platform/gate/comparable-rows";

const seen = (unseen: number, trainedOn: number): boolean[] => [
  ...Array<boolean>(unseen).fill(true),
  ...Array<boolean>(trainedOn).fill(false),
];

test.each<[string, boolean[], number | undefined]>([
  ["all rows, when none was trained on", seen(5, 0), 5],
  ["no rows of none", [], 0],
  ["those left, when they are enough", seen(minUnseenRows, 1), minUnseenRows],
  ["nothing, when one is lacking", seen(minUnseenRows - 1, 1), undefined],
  ["nothing, when all were trained on", seen(0, 500), undefined],
])("compared are %s", (_, unseen, rows) => {
  expect(comparableRows(unseen)?.length).toBe(rows);
});

test("positions are those of the rows", () => {
  const unseen = [false, ...Array<boolean>(40).fill(true), false];
  expect(comparableRows(unseen)).toEqual(Array.from({ length: 40 }, (_, row) => row + 1));
});
