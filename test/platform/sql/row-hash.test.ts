import { hashNumbers, hashWords } from "../../../platform/sql/row-hash";

function hashOf(...rows: number[][]): string[] {
  const columns = Array.from(
    rows[0] ?? [],
    (_, column) => new Uint32Array(Float64Array.from(rows, (row) => row[column] ?? NaN).buffer),
  );
  const words = hashWords(columns);
  return rows.map((_, row) =>
    [words[2 * row + 1], words[2 * row]].map((word) => word?.toString(16).padStart(8, "0")).join(""),
  );
}

test("a row's hash is the same for ever: models keep what was told from it", () => {
  expect(hashOf([1, 2.5, -3], [0, 0, 0])).toEqual(["5501ad02dc7ee530", "ab1ca7306b19c582"]);
});

test("a row's hash depends on its own values, their order and their number alone", () => {
  const [hash] = hashOf([1, 2]);
  expect(hashOf([7, 7], [1, 2])[1]).toBe(hash);
  expect(hashOf([2, 1])[0]).not.toBe(hash);
  expect(hashOf([1, 2, 0])[0]).not.toBe(hash);
});

test("100,000 rows that differ in little have hashes that differ, and are spread evenly", () => {
  const hashes = hashOf(
    ...Array.from({ length: 100_000 }, (_, index) => [index % 317, Math.floor(index / 317)]),
  );
  expect(new Set(hashes).size).toBe(100_000);
  for (const place of [0, 4, 8, 12]) {
    const counts = Array.from(
      "0123456789abcdef",
      (digit) => hashes.filter((hash) => hash.charAt(place) === digit).length,
    );
    // Chi-square of 15 degrees of freedom: 37.7 is passed by chance once in a thousand.
    expect(counts.reduce((sum, count) => sum + (count - 6250) ** 2 / 6250, 0)).toBeLessThan(37.7);
  }
});

test("each bit of a value changes about half of the bits of the hash", () => {
  const bits = (hash: string): string => BigInt(`0x${hash}`).toString(2).padStart(64, "0");
  const flips = Array.from({ length: 52 }, (_, bit) => {
    const [one = "", other = ""] = hashOf([1, 5], [1 + 2 ** -bit, 5]).map(bits);
    return [...one].filter((value, at) => value !== other.charAt(at)).length;
  });
  const mean = flips.slice(1).reduce((sum, count) => sum + count, 0) / 51;
  expect(mean).toBeGreaterThan(30);
  expect(mean).toBeLessThan(34);
});

test("the two zeros are one number, and two values of 64 bits", () => {
  const hashes = [0, -0].map((zero) => Array.from(hashNumbers([Float64Array.of(zero)])));
  expect(hashes[1]).toEqual(hashes[0]);
  expect(hashOf([0], [-0])[1]).not.toBe(hashOf([0])[0]);
});
