import { formatNumber } from "../../platform/base/format-number";
import type { TrackSample } from "../../platform/release/deployment";
import {
  errorPerLook,
  judge,
  percent,
  rounding,
  share,
  sureness,
  type CanaryCheck,
  type CanaryInput,
} from "./canary-check";
import { lowerBoundOfDifference } from "./proportion-bounds";

/**
 * A canary is too slow only once it has answered this many times `minRequests`. The first answers of a new
 * process are its slowest, and among few requests they alone would make the 95th percentile.
 */
const latencyPatience = 4;

interface Counted {
  /** What is counted, in words: "failed". */
  readonly verb: string;
  readonly of: (sample: TrackSample) => number;
}

/** Whether a larger share of the canary's requests than is allowed ended so, beyond chance. */
function checkShare(
  { reference, canary, rule, comparedWith = "stable" }: CanaryInput,
  { verb, of }: Counted,
): Omit<CanaryCheck, "name"> {
  const [ours, theirs] = [of(canary), of(reference)];
  const difference = share(ours, canary.requests) - share(theirs, reference.requests);
  const within = difference <= rule.mayFailMoreBy + rounding;
  const all = ours === canary.requests && canary.requests >= rule.minRequests;
  const low = lowerBoundOfDifference([ours, canary.requests], [theirs, reference.requests], errorPerLook);
  const surely = all || low > rule.mayFailMoreBy;
  const { state, doubt } = judge(within && !all, surely, ", but so few may be chance");
  const counts = `${ours} of ${canary.requests} canary requests ${verb}, ${theirs} of ${reference.requests} on ${comparedWith}`;
  return {
    state,
    value: difference,
    limit: rule.mayFailMoreBy,
    explanation: `${counts}; at most ${percent(rule.mayFailMoreBy)} more is allowed${doubt}.`,
  };
}

/** Answers of 5xx, and requests that were not answered at all. */
export function checkFailures(input: CanaryInput): CanaryCheck {
  return { name: "failures", ...checkShare(input, { verb: "failed", of: ({ failures }) => failures }) };
}

/**
 * Requests that were refused for what is in them. A candidate that takes fewer kinds of rows than stable refuses its clients' ordinary
 * requests, and no count of failures shows it.
 */
export function checkRefusals(input: CanaryInput): CanaryCheck {
  const { canary, rule, comparedWith } = input;
  const of = ({ refusals = 0 }: TrackSample): number => refusals;
  const refusesAll = canary.requests >= rule.minRequests && of(canary) === canary.requests;
  if (comparedWith === "QA" && !refusesAll) {
    return {
      name: "refusals",
      state: "not-measurable",
      explanation: "Refusals are not compared: QA has no clients.",
    };
  }
  return { name: "refusals", ...checkShare(input, { verb: "were refused", of }) };
}

/** The latency of a share of the answers: of the shares that are known, the next below or above. */
function latencyAt(
  { latencyMs, latencyQuantiles = [] }: TrackSample,
  wanted: number,
  side: "below" | "above",
): number {
  const known = [...latencyQuantiles].sort((a, b) => a.share - b.share);
  const found =
    side === "below"
      ? known.findLast(({ share: at }) => at <= wanted)
      : known.find(({ share: at }) => at >= wanted);
  // Of a sample without more detail, the percentiles on either side.
  return found?.ms ?? (side === "below" ? latencyMs?.p50 : Infinity) ?? NaN;
}

/** Bounds of the 95th percentile of all answers, from the order of those that were seen: its rank varies as a count does. */
function latencyBounds(sample: TrackSample): { readonly low: number; readonly high: number } {
  const answered = sample.requests - sample.failures - (sample.refusals ?? 0);
  const spread = sureness * Math.sqrt((0.95 * 0.05) / Math.max(answered, 1));
  return {
    low: latencyAt(sample, 0.95 - spread, "below"),
    high: latencyAt(sample, 0.95 + spread, "above"),
  };
}

/**
 * Whether the canary's 95th percentile is surely above what stable's allows: the lower bound of the one above the limit that the upper
 * bound of the other makes. The percentile of a hundred heavy-tailed latencies is nothing that two samples would agree on.
 */
export function checkLatency({ reference, canary, rule, comparedWith = "stable" }: CanaryInput): CanaryCheck {
  const name = "latency";
  if (comparedWith === "QA") {
    return {
      name,
      state: "not-measurable",
      explanation: "Latency is not compared: QA's was measured at another time.",
    };
  }
  if (!reference.latencyMs || !canary.latencyMs) {
    const track = canary.latencyMs ? "stable" : "the canary";
    return { name, state: "lacking", explanation: `There is no answered request on ${track} yet.` };
  }
  const limitOf = (ms: number): number => Math.max(ms * rule.mayBeSlowerBy, ms + rule.latencyToleranceMs);
  const [before, now] = [reference.latencyMs.p95, canary.latencyMs.p95];
  const limit = limitOf(before);
  const patient = canary.requests >= latencyPatience * rule.minRequests;
  // A latency that is no number is never below a limit.
  const surely =
    patient && (Number.isNaN(now) || latencyBounds(canary).low > limitOf(latencyBounds(reference).high));
  const { state, doubt } = judge(now <= limit, surely, ", but so few may be chance, or the slow first ones");
  return {
    name,
    state,
    ...(Number.isFinite(now) && { value: now }),
    ...(Number.isFinite(limit) && { limit }),
    explanation:
      `95 % of the canary's answers took at most ${formatNumber(now)} ms, of stable's ${formatNumber(before)} ms; ` +
      `${formatNumber(limit)} ms is allowed${doubt}.`,
  };
}
