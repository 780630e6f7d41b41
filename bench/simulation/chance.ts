import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Draws that are the same again for the same seed. */
export function chanceOf(seed: number) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => 1 - uniformFloat64(random);
  /** Standard normal, by Box and Muller. */
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  /** How many of events come that are `mean` on average: by the gaps between them, or as a normal variable where they are many. */
  const poisson = (mean: number): number => {
    if (mean > 100) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let [count, left] = [0, mean + Math.log(uniform())];
    while (left > 0) {
      count += 1;
      left += Math.log(uniform());
    }
    return count;
  };
  return { uniform, normal, poisson };
}

export type Chance = ReturnType<typeof chanceOf>;
