import { exactPowersOfTen, powersOfTen } from "../../../platform/kernels/powers-of-ten";

test("the table has the first 128 bits of each power of ten, not rounded", () => {
  const words = powersOfTen();
  expect(words).toHaveLength(2 * 651);
  const entry = (power: number): (bigint | undefined)[] => [
    words[2 * (power + 342) + 1],
    words[2 * (power + 342)],
  ];
  expect(entry(0)).toEqual([2n ** 63n, 0n]);
  expect(entry(1)).toEqual([10n << 60n, 0n]);
  // As Go's strconv and fast_float have them.
  expect(entry(-1)).toEqual([0xccccccccccccccccn, 0xccccccccccccccccn]);
  expect(entry(-342)).toEqual([0xeef453d6923bd65an, 0x113faa2906a13b3fn]);
});

test("powers of ten that are doubles", () => {
  const powers = exactPowersOfTen();
  expect([powers.length, powers[0], powers[22]]).toEqual([23, 1, 1e22]);
});
