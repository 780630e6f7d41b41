import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { TrackSampler } from "../../../../deploy/laptop/track-sampler";
import { decideCanary } from "../../../../deploy/rules/canary";
import { emptySample, type TrackSample } from "../../../../platform/release/deployment";
import { canarySchema } from "../../../../platform/definition/canary-schema";

const rule = canarySchema.parse({});

interface Model {
  /** What it predicts of a row whose value is standard normal. */
  readonly predict: (row: number) => number;
  readonly failing?: number;
  readonly refusing?: number;
  readonly latencyMs?: () => number;
}

function chance(seed: number) {
  const random = xoroshiro128plus(seed);
  const uniform = (): number => 1 - uniformFloat64(random);
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

type Chance = ReturnType<typeof chance>;

/** Of a heavy tail: lognormal, median 20 ms, 95th percentile about 100 ms. */
const heavyLatency = ({ normal }: Chance) => 20 * Math.exp(normal());

/** Requests to a track in a round; with `pairs`, copies of what stable answered. */
function serve(
  sampler: TrackSampler,
  requests: number,
  { model, draw, copyOf }: { model: Model; draw: Chance; copyOf?: Model },
): void {
  for (let request = 0; request < requests; request++) {
    const row = draw.normal();
    const latencyMs = model.latencyMs?.() ?? heavyLatency(draw);
    const failed = draw.uniform() < (model.failing ?? 0.005);
    const refused = !failed && draw.uniform() < (model.refusing ?? 0.03);
    const predictions = failed || refused ? [] : [model.predict(row)];
    sampler.record({
      failed,
      refused,
      latencyMs,
      predictions,
      ...(copyOf && { shadowOf: [copyOf.predict(row)] }),
    });
  }
}

/** What a sample of Application Insights has. */
function withoutKept({ predictions, ...sample }: TrackSample): TrackSample {
  if (predictions === undefined) return sample;
  const { count, mean, standardDeviation } = predictions;
  return { ...sample, predictions: { count, mean, standardDeviation } };
}

const same = (sample: TrackSample): TrackSample => sample;

interface PlayOptions {
  readonly rounds?: number;
  readonly shadow?: boolean;
  /** Without the predictions that are kept. */
  readonly momentsOnly?: boolean;
}

/** Plays a release through its stages, as analyseCanary judges them; the reason it is rolled back for, if it is. */
function playRelease(
  models: { stable: Model; canary: Model },
  { draw, rounds = 5, shadow = false, momentsOnly = false }: PlayOptions & { readonly draw: Chance },
): string | undefined {
  const stages = [...(shadow ? [0] : []), ...rule.weights];
  for (const weight of stages) {
    const [ours, theirs] = [new TrackSampler(), new TrackSampler()];
    const requests = Math.ceil(130 / Math.max(0.1, Math.min(weight, 100 - weight) / 100));
    for (let round = 0; round < rounds; round++) {
      const share = weight === 0 ? 1 : weight / 100;
      const asked = weight === 0 ? 130 : requests;
      const copy = weight === 0 ? { copyOf: models.stable } : {};
      serve(ours, Math.round(asked * share), { model: models.canary, draw, ...copy });
      serve(theirs, weight === 0 ? asked : Math.round(asked * (1 - share)), { model: models.stable, draw });
      const [reference, canary] = [theirs.sample(), ours.sample()].map(momentsOnly ? withoutKept : same);
      const { verdict, reason } = decideCanary({
        reference: reference ?? emptySample,
        canary: canary ?? emptySample,
        rule,
      });
      if (verdict === "roll-back") return reason;
      if (verdict === "advance") break;
      if (round === rounds - 1 && reason !== "unsure") return reason;
    }
  }
  return undefined;
}

const linear: Model = { predict: (row) => 150 + 60 * row };
const skewed: Model = { predict: (row) => Math.exp(1.5 * row) };
const rare: Model = { predict: (row) => (row > 1.6 ? 0.9 : 0.1) };

/** Of as many releases, those that are rolled back, by their reasons. */
function rolledBack(
  models: { stable: Model; canary: Model },
  releases: number,
  options: PlayOptions = {},
): Record<string, number> {
  const draw = chance(releases + (options.rounds ?? 0));
  const reasons: Record<string, number> = {};
  for (let release = 0; release < releases; release++) {
    const reason = playRelease(models, { draw, ...options });
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}

const total = (reasons: Record<string, number>): number =>
  Object.values(reasons).reduce((sum, count) => sum + count, 0);

describe("of releases of a candidate that is as good as stable, fewer than 1 in 100 are rolled back", () => {
  test.each<[string, Model, object]>([
    ["predictions like a normal distribution", linear, {}],
    ["skewed predictions", skewed, {}],
    ["two kinds of predictions", rare, {}],
    [
      "one request in fifty that fails, and one in ten that is refused",
      { ...linear, failing: 0.02, refusing: 0.1 },
      {},
    ],
    ["copies before", linear, { shadow: true }],
    ["mean and spread alone", linear, { momentsOnly: true }],
    ["skewed predictions of which mean and spread are known", skewed, { momentsOnly: true }],
    ["a look in each of thirty minutes", linear, { rounds: 30 }],
  ])("%s", (_, model, options) => {
    expect(total(rolledBack({ stable: model, canary: model }, 300, options))).toBeLessThan(3);
  });
});

describe("of releases of a candidate that is broken, at least 49 in 50 are rolled back", () => {
  const draw = chance(7);
  test.each<[string, Model, string, object]>([
    ["always predicts the same", { predict: () => 150 }, "predictions", {}],
    ["predicts with five times the spread", { predict: (row) => 150 + 300 * row }, "predictions", {}],
    [
      "always predicts the same, of which mean and spread are known",
      { predict: () => 150 },
      "predictions",
      { momentsOnly: true },
    ],
    [
      "predicts with five times the spread, of which that is known",
      { predict: (row) => 150 + 300 * row },
      "predictions",
      { momentsOnly: true, rounds: 30 },
    ],
    ["predicts for other rows", { predict: () => 150 + 60 * draw.normal() }, "pairs", { shadow: true }],
    ["refuses every client", { ...linear, refusing: 1 }, "refusals", {}],
    ["refuses a fifth of the clients", { ...linear, refusing: 0.2 }, "refusals", {}],
    ["fails one request in ten", { ...linear, failing: 0.1 }, "failures", {}],
    ["takes five times as long", { ...linear, latencyMs: () => 5 * heavyLatency(draw) }, "latency", {}],
  ])("%s", (_, canary, reason, options) => {
    expect(rolledBack({ stable: linear, canary }, 50, options)[reason] ?? 0).toBeGreaterThanOrEqual(49);
  });
});

test("a candidate whose predictions are a little better spread, and lie near stable's, is promoted", () => {
  const canary: Model = { predict: (row) => 152 + 66 * row + 6 * Math.sin(9 * row) };
  expect(total(rolledBack({ stable: linear, canary }, 50, { shadow: true }))).toBe(0);
});
