import { keepRows } from "../../../../training/trainers/trees/row-sides";

test.each([
  [0, 0, 0],
  [0.1, 90, 10],
  [0.5, 450, 50],
])("a share of %d is kept of each group", (fraction, common, rare) => {
  const groups = Uint8Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
  const { training, validation } = keepRows(groups, { fraction, seed: 1 });
  expect(validation.filter((row) => groups[row] === 0)).toHaveLength(common);
  expect(validation.filter((row) => groups[row] === 1)).toHaveLength(rare);
  expect([...training, ...validation].sort((a, b) => a - b)).toEqual(Array.from(groups.keys()));
});

test("the same seed keeps the same rows, and another one others", () => {
  const groups = new Uint8Array(200);
  const kept = (seed: number): Int32Array => keepRows(groups, { fraction: 0.2, seed }).validation;
  expect(kept(1)).toEqual(kept(1));
  expect(kept(1)).not.toEqual(kept(2));
});
