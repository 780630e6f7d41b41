/** Powers that the tables have: those of assembly/csv.ts. */
const minPower = -342;
const maxPower = 308;
const exactPower = 22;
const wordBits = 64n;
const wordMask = (1n << wordBits) - 1n;

/** The first 128 bits of 10^power, not rounded. */
function firstBits(power: number): bigint {
  const isSmall = power < 0;
  const ten = 10n ** BigInt(Math.abs(power));
  // Enough bits before the division that 128 are left.
  const number = isSmall ? (1n << 2048n) / ten : ten;
  const bits = number.toString(2).length;
  return bits > 128 ? number >> BigInt(bits - 128) : number << BigInt(128 - bits);
}

/** The first 128 bits of each power of ten from 10^-342 to 10^308, the lower 64 first. */
export function powersOfTen(): BigUint64Array {
  const words = new BigUint64Array(2 * (maxPower - minPower + 1));
  for (let power = minPower; power <= maxPower; power++) {
    const bits = firstBits(power);
    words[2 * (power - minPower)] = bits & wordMask;
    words[2 * (power - minPower) + 1] = bits >> wordBits;
  }
  return words;
}

/** The powers of ten that are doubles, from 10^0 to 10^22. */
export function exactPowersOfTen(): Float64Array {
  return Float64Array.from({ length: exactPower + 1 }, (_, power) => Number(`1e${power}`));
}
