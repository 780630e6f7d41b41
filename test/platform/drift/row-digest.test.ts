import { digestOfRow } from "../../../platform/drift/row-digest";

test("rows that differ in anything have different digests, and the same row has one", () => {
  const rows = [
    [],
    [null],
    [null, null],
    [0],
    [1],
    [-1],
    [1e-300],
    [0.1 + 0.2],
    [0.3],
    ["0"],
    [""],
    ["", ""],
    ["ab", "c"],
    ["a", "bc"],
    ["größer"],
    ["grosser"],
    [true],
    [false],
    [1, true],
    [true, 1],
    ["true"],
  ];
  expect(new Set(rows.map((row) => digestOfRow(row))).size).toBe(rows.length);
  expect(rows.map((row) => digestOfRow([...row]))).toEqual(rows.map((row) => digestOfRow(row)));
  expect(digestOfRow([-0])).toBe(digestOfRow([0]));
});

test("digests of rows that differ little are spread evenly from 0 to 2^48", () => {
  const buckets = new Array<number>(64).fill(0);
  const seen = new Set<number>();
  for (let row = 0; row < 64_000; row++) {
    const digest = digestOfRow([row, "x", null]);
    seen.add(digest);
    const bucket = Math.floor(digest / 2 ** 42);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  expect(seen.size).toBe(64_000);
  expect(buckets).toHaveLength(64);
  // Chi-square of 63 degrees of freedom: above 103.4 in one of a thousand of even digests.
  expect(buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(103.4);
});
