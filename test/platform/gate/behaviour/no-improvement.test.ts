import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { GateRule } from "../../../../platform/definition/definition";
import { decidePromotion } from "../../../../platform/gate/promotion";
import type { PromotionInput } from "../../../../platform/gate/promotion-input";
import { scored } from "../../metrics/scored-rows";

const rule: GateRule = { metric: "rmse", minImprovement: 0, confidence: 0.95, floors: [], slices: [] };
const rows = 100;

/** Share of retrainings that the gate promotes; each is a fresh draw of held-out rows that both models score. */
function promotedShare(
  candidateSpread: number,
  retrainings: number,
  options: Pick<PromotionInput, "rule"> & { readonly groups?: readonly string[] } = { rule },
): number {
  const random = xoroshiro128plus(7);
  const uniform = (): number => uniformFloat64(random);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let promoted = 0;
  for (let retraining = 0; retraining < retrainings; retraining++) {
    const actual = Array.from({ length: rows }, normal);
    const noise = actual.map(() => normal());
    // Models of one population agree on most of what they get wrong, and differ by what they saw of it.
    const model = (spread: number): number[] =>
      actual.map((value, row) => value + (noise[row] ?? 0) * spread + 0.15 * normal());
    const { promote } = decidePromotion({
      rule: options.rule,
      candidate: scored(actual, model(candidateSpread)),
      champion: { model: "cost:1", rows: scored(actual, model(1)) },
      slices: options.groups ? [{ column: "group", groups: options.groups }] : [],
      seed: retraining,
      evaluation: "on",
    });
    if (promote) promoted++;
  }
  return promoted / retrainings;
}

test("retrainings that are no better are promoted about once in forty times", () => {
  // 2.5 % are above a two-sided interval of 95 %; of 300 that is 7.5, with a standard deviation of 2.7.
  const share = promotedShare(1, 300);
  expect(share).toBeGreaterThan(0.0025);
  expect(share).toBeLessThan(0.05);
});

test("retrainings that are clearly better are promoted", () => {
  expect(promotedShare(0.8, 100)).toBeGreaterThan(0.95);
});

test("ten slices do not stop a candidate that is better everywhere", () => {
  const groups = Array.from({ length: rows }, (_, row) => `group ${row % 10}`);
  const slices = [{ column: "group", mayBeWorseBy: 0, minRows: 10 }];
  expect(promotedShare(0.8, 50, { rule: { ...rule, slices }, groups })).toBeGreaterThan(0.9);
});

test("a slice on which a candidate is clearly worse stops it", () => {
  const actual = Array.from({ length: rows }, (_, row) => row % 2);
  const groups = actual.map((value) => (value === 1 ? "b" : "a"));
  const error = (ofA: number, ofB: number): number[] =>
    actual.map((value, row) => value + (value === 1 ? ofB : ofA) * (1 + (row % 5) / 10));
  const decision = decidePromotion({
    rule: { ...rule, slices: [{ column: "group", mayBeWorseBy: 0, minRows: 10 }] },
    candidate: scored(actual, error(0.1, 1.2)),
    champion: { model: "cost:1", rows: scored(actual, error(2, 1)) },
    slices: [{ column: "group", groups }],
    seed: 1,
    evaluation: "on",
  });
  expect(decision).toMatchObject({ promote: false, reason: "worse-slice" });
});
