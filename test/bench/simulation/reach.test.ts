import { chanceOf } from "../../../bench/simulation/chance";
import { bestFound, requestsInTime, whyOutOfReach } from "../../../bench/simulation/reach";
import { places, versionThat } from "../../../bench/simulation/release-scenarios";

test("the requests of a release are those of an hour at 10 % and of four at 50 %", () => {
  expect(requestsInTime(20)).toEqual({ canary: 20 * (6 + 120), stable: 20 * (54 + 120) });
});

test("the best test finds what simulated requests show that it finds", () => {
  const { normal } = chanceOf(1);
  const [base, requests, cases] = [0.05, { canary: 600, stable: 900 }, 20_000];
  const draw = (share: number, count: number): number =>
    share + Math.sqrt((share * (1 - share)) / count) * normal();
  /** Share of releases that look worse than chance, told by both tracks together, explains in all but one of a hundred. */
  const exceeding = (ours: number): number => {
    let hits = 0;
    for (let release = 0; release < cases; release++) {
      const [canary, stable] = [draw(ours, requests.canary), draw(base, requests.stable)];
      const both = (requests.canary * canary + requests.stable * stable) / 1500;
      const error = Math.sqrt(both * (1 - both) * (1 / requests.canary + 1 / requests.stable));
      if (canary - stable > 2.326 * error) hits += 1;
    }
    return hits / cases;
  };
  expect(exceeding(base)).toBeCloseTo(0.01, 2);
  expect(bestFound(base, requests)).toBeCloseTo(exceeding(base + 0.03), 1);
});

test.each([
  ["20 a minute", 0.05, undefined],
  ["20 a minute", 0.1, /3,480 to stable .* finds 9\d\.\d % of those/],
  ["200 a minute", 0.1, undefined],
  ["laptop", 0.1, undefined],
] as const)("%s, %d fail: out of reach %s", (place, failing, why) => {
  const reason = whyOutOfReach({ stable: versionThat({ failing }), clients: places[place] });
  if (why === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(why);
});
