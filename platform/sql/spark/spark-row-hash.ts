import { seeds } from "../row-hash";

/** 2^32 - 1: a multiplication by 2^n modulo this rotates 32 bits by n, but for this number itself, which stays. */
const mask = 4294967295;

/** A number of 32 bits with its sign: times one of 32 bits without, it fits 64. */
const signed = (factor: number): number => factor | 0;

const product = (word: string, factor: number): string => `((${word} * ${signed(factor)}) & ${mask})`;
const rotated = (word: string, bits: number): string =>
  `(CASE WHEN ${word} = ${mask} THEN ${word} ELSE (${word} * ${2 ** bits}) % ${mask} END)`;

/** SQL that computes `body` of a value that it names more than once. */
const named = (name: string, value: string, body: string): string =>
  `element_at(transform(array(${value}), ${name} -> ${body}), 1)`;

interface Mixing {
  readonly factors: readonly [number, number];
  readonly rotations: readonly [number, number];
  readonly added: number;
}

const low: Mixing = { factors: [0xcc9e2d51, 0x1b873593], rotations: [15, 13], added: 0xe6546b64 };
const high: Mixing = { factors: [0x239b961b, 0xab0e9789], rotations: [16, 17], added: 0x561ccd1b };

/** murmur3's mixing of a word into a hash, both whole numbers of 32 bits. */
function mixed(hash: string, word: string, { factors, rotations, added }: Mixing): string {
  const first = named("m", product(word, factors[0]), rotated("m", rotations[0]));
  const turned = named("h", `(${hash} ^ ${product(first, factors[1])})`, rotated("h", rotations[1]));
  return `((${turned} * 5 + ${added}) & ${mask})`;
}

function finallyMixed(hash: string): string {
  const shifted = (value: string, bits: number): string =>
    named("x", value, `(x ^ shiftrightunsigned(x, ${bits}))`);
  return shifted(product(shifted(product(shifted(hash, 16), 0x85ebca6b), 13), 0xc2b2ae35), 16);
}

/** The two halves of a value in 32 bits each: of a number its own bits, of a text those of the end of its MD5, the last byte first. */
function words({ sql, isNumber }: { readonly sql: string; readonly isNumber: boolean }): string {
  if (!isNumber) {
    const digits = `md5(${sql})`;
    const part = (last: number): string => {
      const bytes = [0, 2, 4, 6].map((back) => `substr(${digits}, ${last - back}, 2)`);
      return `CAST(conv(concat(${bytes.join(", ")}), 16, 10) AS BIGINT)`;
    };
    return `CASE WHEN ${sql} IS NULL THEN named_struct('a', 0L, 'b', 0L) ELSE named_struct('a', ${part(23)}, 'b', ${part(31)}) END`;
  }
  // Adding 0 makes one of the two zeros the other.
  const number = `COALESCE(CAST(${sql} AS DOUBLE) + 0e0, CAST('NaN' AS DOUBLE))`;
  const bits = `CAST(java_method('java.lang.Double', 'doubleToLongBits', ${number}) AS BIGINT)`;
  return named("n", bits, `named_struct('a', n & ${mask}, 'b', shiftrightunsigned(n, 32))`);
}

/** SQL for what `RowHash` computes, as a decimal number from 0 to 2^64 - 1. */
export function sparkRowHash(
  values: readonly { readonly sql: string; readonly isNumber: boolean }[],
): string {
  const start = `named_struct('low', ${seeds[0]}L, 'high', ${seeds[1]}L)`;
  const merge =
    `(s, v) -> named_struct('low', ${mixed(mixed("s.low", "v.a", low), "v.b", low)}, ` +
    `'high', ${mixed(mixed("s.high", "v.b", high), "v.a", high)})`;
  const one = finallyMixed(`(s.low ^ ${values.length})`);
  const halves = named(
    "one",
    one,
    named(
      "other",
      finallyMixed("(s.high ^ one)"),
      `CAST(other AS DECIMAL(20,0)) * 4294967296 + CAST(${finallyMixed("(one ^ other)")} AS DECIMAL(20,0))`,
    ),
  );
  return `CAST(aggregate(array(${values.map(words).join(", ")}), ${start}, ${merge}, s -> ${halves}) AS DECIMAL(20,0))`;
}
