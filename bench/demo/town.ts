import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A flat, and what is paid for it. */
export interface Flat {
  readonly rooms: number;
  readonly size: number;
  readonly district: "hill" | "harbour";
  readonly rent: number;
}

/** What the flats of a week are like. */
export interface Market {
  /** Shares of flats at the harbour. */
  readonly harbour: number;
  /** Smallest and largest size, in tens of square metres. */
  readonly sizes: readonly [number, number];
  /** What a flat at the harbour costs more. */
  readonly premium: number;
}

const round = (value: number): number => Number(value.toFixed(3));

/** A town whose flats come from a seed: the same ones on every machine, however fast it is. */
export class Town {
  private readonly random;

  constructor(seed: number) {
    this.random = xoroshiro128plus(seed);
  }

  flats(count: number, { harbour, sizes, premium }: Market): Flat[] {
    return Array.from({ length: count }, () => {
      const rooms = round(10 * this.chance());
      const size = round(sizes[0] + (sizes[1] - sizes[0]) * this.chance());
      const district = this.chance() < harbour ? ("harbour" as const) : ("hill" as const);
      const rent = 3 * rooms + 2 * size + (district === "harbour" ? premium : 0) + this.chance();
      return { rooms, size, district, rent: round(rent) };
    });
  }

  private chance(): number {
    return uniformFloat64(this.random);
  }
}

/** Root of the mean squared difference. */
export function rootMeanSquare(differences: readonly number[]): number {
  return Math.sqrt(differences.reduce((sum, each) => sum + each ** 2, 0) / differences.length);
}
