import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { Resampler } from "../../../platform/kernels/resample";

/** The same by the library's own numbers. */
function counted(units: number, random: ReturnType<typeof xoroshiro128plus>): number[] {
  const counts = Array.from({ length: units }, () => 0);
  for (let drawn = 0; drawn < units; drawn++) {
    const unit = ((random.next() >>> 0) * (units / 2 ** 32)) >>> 0;
    counts[unit] = (counts[unit] ?? 0) + 1;
  }
  return counts;
}

// The last needs more memory than a module begins with.
test.each([1, 2, 7, 1000, 50_001])(
  "draws of %i units what the library's numbers draw, and goes on from there",
  (units) => {
    const random = xoroshiro128plus(-7);
    random.next();
    const resampler = new Resampler(units, random.getState());
    for (let round = 0; round < 3; round++)
      expect(resampler.draw().join()).toBe(counted(units, random).join());
  },
);

test.each([
  [5, 1],
  [300, 3],
  // Needs more memory than the draws.
  [2000, 40],
])(
  "of %i units with %i numbers each it sums up what was drawn, and keeps two lists apart",
  (units, width) => {
    const random = xoroshiro128plus(5);
    const resampler = new Resampler(units, random.getState());
    const lists = [0.1, 0.7].map((step) =>
      Float64Array.from({ length: units * width }, (_, index) => Math.sin(step * index)),
    );
    const sumsOf = lists.map((values) => resampler.sumsOf(values));
    for (let round = 0; round < 2; round++) {
      const counts = counted(units, random);
      expect(Array.from(resampler.draw())).toEqual(counts);
      const expected = lists.map((values) =>
        Array.from({ length: width }, (_, index) =>
          counts.reduce((sum, times, unit) => sum + times * (values[unit * width + index] ?? NaN), 0),
        ),
      );
      expect(sumsOf.map((sums) => Array.from(sums()))).toEqual(expected);
    }
  },
);

test("what was not drawn does not count, even where it is no number", () => {
  const resampler = new Resampler(8, xoroshiro128plus(1).getState());
  const counts = Array.from(resampler.draw());
  const values = Float64Array.from(counts, (times) => (times === 0 ? Infinity : 1));
  expect(counts).toContain(0);
  expect(Array.from(resampler.sumsOf(values)())).toEqual([8]);
});

test("two resamplers do not disturb each other", () => {
  const [one, other] = [3, 4].map((seed) => xoroshiro128plus(seed));
  if (!one || !other) throw new Error("there are two");
  const [first, second] = [new Resampler(100, one.getState()), new Resampler(100, other.getState())];
  const drawn = first.draw();
  second.draw();
  expect(Array.from(drawn)).toEqual(counted(100, one));
});
