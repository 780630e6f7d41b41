/** Draws with replacement, in the module's memory. */
const doubleBytes: usize = 8;

/**
 * Counts how often each of so many units is drawn when as many are drawn, into doubles that begin at `counts`. The generator is
 * xoroshiro128+ (Blackman and Vigna, ACM Transactions on Mathematical Software 47, 2021); its two words at `state` go on from call to call.
 */
export function drawUnits(state: usize, units: i32, counts: usize): void {
  memory.fill(counts, 0, <usize>units * doubleBytes);
  const perWord = <f64>units / 4294967296;
  let first = load<u64>(state);
  let second = load<u64>(state, doubleBytes);
  for (let drawn: i32 = 0; drawn < units; drawn++) {
    const word = <u32>(first + second);
    const place = counts + <usize>(<u32>(<f64>word * perWord)) * doubleBytes;
    store<f64>(place, load<f64>(place) + 1);
    const mixed = first ^ second;
    first = rotl<u64>(first, 24) ^ mixed ^ (mixed << 16);
    second = rotl<u64>(mixed, 37);
  }
  store<u64>(state, first);
  store<u64>(state, second, doubleBytes);
}

/**
 * Writes what the units that were drawn come to, each as often as it was; the numbers of a unit, an even count, lie side by side. Each sum
 * is added up in the order of the units, and a number of a unit that was not drawn does not count whatever it is.
 */
export function sumDrawn(counts: usize, units: i32, values: usize, width: i32, sums: usize): void {
  const bytes = <usize>width * doubleBytes;
  const end = counts + <usize>units * doubleBytes;
  const none = f64x2.splat(0);
  for (let offset: usize = 0; offset < bytes; offset += 2 * doubleBytes) {
    let pair = none;
    // Whether a unit was drawn is up to chance: a branch would be guessed wrong every other time.
    for (let at = counts, unit = values + offset; at < end; at += doubleBytes, unit += bytes) {
      const times = v128.load64_splat(at);
      pair = f64x2.add(pair, v128.and(f64x2.mul(times, v128.load(unit)), f64x2.ne(times, none)));
    }
    v128.store(sums + offset, pair);
  }
}
