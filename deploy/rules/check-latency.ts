import { formatNumber } from "../../platform/base/format-number";
import type { TrackSample } from "../../platform/release/deployment";
import { finite, healthOf, stateOf, worstOf, type CanaryCheck, type CanaryInput } from "./canary-check";
import { evidenceOfDistances, evidenceOfEstimate, type Effects } from "./evidence";

/**
 * A canary is too slow only once it has answered this many times `minRequests`. The first answers of a new
 * process are its slowest, and among few requests they alone would make the figure.
 */
const latencyPatience = 4;

/** How many times what is allowed has to be found. The slowest answers vary more. */
const foundAbove = { middle: 1.2, tail: 1.6 };

/** Latencies whose ratio is taken: nothing takes no time at all. */
const shortestMs = 0.001;

/** The latencies of a track as a curve that rises: from what is known, straight between. */
class LatencyCurve {
  private readonly points: readonly { readonly share: number; readonly ms: number }[];
  readonly answered: number;

  constructor({ requests, failures, refusals = 0, latencyMs, latencyQuantiles }: TrackSample) {
    this.answered = Math.max(1, requests - failures - refusals);
    const percentiles = latencyMs && [
      { share: 0.5, ms: latencyMs.p50 },
      { share: 0.95, ms: latencyMs.p95 },
      { share: 0.99, ms: latencyMs.p99 },
    ];
    this.points = [...(latencyQuantiles ?? percentiles ?? [])].sort((a, b) => a.share - b.share);
  }

  /** The latency that this share of the answers does not exceed. */
  at(share: number): number {
    const above = this.points.findIndex((point) => point.share >= share);
    const [low, high] = [this.points[above - 1], this.points.at(above)];
    if (high === undefined) return NaN;
    if (low === undefined || above < 0) return high.ms;
    return low.ms + ((share - low.share) / (high.share - low.share)) * (high.ms - low.ms);
  }

  /** The share of the answers that took longer. */
  shareAbove(ms: number): number {
    if (Number.isNaN(ms) || this.points.some((point) => Number.isNaN(point.ms))) return NaN;
    const above = this.points.findIndex((point) => point.ms > ms);
    const [low, high] = [this.points[above - 1], this.points[above]];
    if (high === undefined) return 0;
    if (low === undefined) return 1;
    return 1 - (low.share + ((ms - low.ms) / (high.ms - low.ms)) * (high.share - low.share));
  }

  /** Standard error of the logarithm of the 95th percentile, from the order of the answers: its rank varies as a count does. */
  tailError(): number {
    const chance = Math.sqrt((0.95 * 0.05) / this.answered);
    const [low, high] = [this.at(0.95 - chance), this.at(Math.min(1, 0.95 + chance))];
    return Math.log(Math.max(high, shortestMs) / Math.max(low, shortestMs)) / 2;
  }
}

/** Probability that an answer of the canary takes longer than one of stable that took so many times as long as it did. */
function shareSlower(canary: LatencyCurve, stable: LatencyCurve, factor: number): number {
  const steps = 100;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    sum += canary.shareAbove(factor * stable.at((step + 0.5) / steps));
  }
  return sum / steps;
}

/** Evidence from the whole distribution, by ranks (Mann and Whitney, Annals of Mathematical Statistics 18, 1947): no tail is too heavy for it. */
function middleEvidence(canary: LatencyCurve, stable: LatencyCurve, { allowed, harmful }: Effects): number {
  const error = Math.sqrt((1 / canary.answered + 1 / stable.answered) / 12);
  return evidenceOfDistances(
    (shareSlower(canary, stable, allowed) - 0.5) / error,
    (0.5 - shareSlower(canary, stable, harmful)) / error,
  );
}

/** Evidence from the 95th percentiles alone: a few slow answers are not seen in ranks. */
function tailEvidence(canary: LatencyCurve, stable: LatencyCurve, { allowed, harmful }: Effects): number {
  const logarithm = (curve: LatencyCurve): number => Math.log(Math.max(curve.at(0.95), shortestMs));
  return evidenceOfEstimate(
    logarithm(canary) - logarithm(stable),
    Math.hypot(canary.tailError(), stable.tailError()),
    { allowed: Math.log(allowed), harmful: Math.log(harmful) },
  );
}

/** Whether the canary's answers take longer than stable's by more than is allowed: most of them, or the slowest. */
export function checkLatency(input: CanaryInput): CanaryCheck {
  const { reference, canary, rule, comparedWith } = input;
  const name = "latency";
  if (comparedWith?.kind === "tests") {
    return {
      name,
      state: "not-measurable",
      explanation: `Latency is not compared: that of ${comparedWith.environment} was measured at another time.`,
    };
  }
  if (!reference.latencyMs || !canary.latencyMs) {
    const track = canary.latencyMs ? "stable" : "the canary";
    return { name, state: "lacking", explanation: `There is no answered request on ${track} yet.` };
  }
  const [ours, theirs] = [new LatencyCurve(canary), new LatencyCurve(reference)];
  const judge = (
    at: { readonly share: number; readonly words: string; readonly found: number },
    evidenceOf: typeof middleEvidence,
  ): Omit<CanaryCheck, "name"> => {
    const [before, now] = [theirs.at(at.share), ours.at(at.share)];
    const limit = Math.max(before * rule.mayBeSlowerBy, before + rule.latencyToleranceMs);
    const allowed = limit / Math.max(before, shortestMs);
    const evidence = evidenceOf(ours, theirs, { allowed, harmful: at.found * allowed });
    const { doubt, ...judged } = stateOf(evidence, { health: healthOf(input) });
    return {
      ...judged,
      ...finite({ value: now, limit }),
      explanation:
        `${at.words} of the canary's answers took at most ${formatNumber(now)} ms, of stable's ${formatNumber(before)} ms; ` +
        `${formatNumber(limit)} ms is allowed${doubt}.`,
    };
  };
  const worst = worstOf([
    judge({ share: 0.95, words: "95 %", found: foundAbove.tail }, tailEvidence),
    judge({ share: 0.5, words: "Half", found: foundAbove.middle }, middleEvidence),
  ]);
  const patient = canary.requests >= latencyPatience * rule.minRequests;
  if (worst.state !== "fails" || patient) return { name, ...worst };
  const explanation = worst.explanation.replace(/\.$/, ", but so few may be the slow first ones.");
  return { name, ...worst, state: "unsure", explanation };
}
