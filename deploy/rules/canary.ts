import type { CanaryRule } from "../../platform/definition/definition";
import type { TrackSample } from "../../platform/release/deployment";
import { formatNumber } from "../../platform/base/format-number";

/** One question asked of a canary. */
interface CanaryCheck {
  readonly name: "requests" | "failures" | "latency" | "predictions";
  /** "unsure": more requests will tell; "not-measurable": they will not, and nothing is held against the canary. */
  readonly state: "holds" | "fails" | "unsure" | "not-measurable";
  /** What was measured: requests, the difference of the failed shares (0..1), milliseconds, standard deviations. */
  readonly value?: number;
  /** The most (of requests: the least) that is allowed, in the same unit. */
  readonly limit?: number;
  readonly explanation: string;
}

export const canaryVerdicts = ["advance", "wait", "roll-back"] as const;

/** Stable names of the reasons, for machines. */
export const canaryReasons = [
  "healthy",
  "too-few-requests",
  "unsure",
  "failures",
  "latency",
  "predictions",
] as const;

/** What becomes of a canary at its present weight. */
interface CanaryDecision {
  readonly verdict: (typeof canaryVerdicts)[number];
  readonly reason: (typeof canaryReasons)[number];
  /** The reason in a sentence, with numbers. */
  readonly explanation: string;
  readonly checks: readonly CanaryCheck[];
}

interface CanaryInput {
  /** Stable's sample; QA's of the same release while production has no stable. */
  readonly reference: TrackSample;
  /**
   * Where the reference is from. QA's is of another time, so its latency says nothing about the canary's: the
   * machine may have been busier or idler then.
   */
  readonly comparedWith?: "stable" | "QA";
  readonly canary: TrackSample;
  readonly rule: CanaryRule;
}

/** One-sided 95 % quantile of the normal distribution. */
const sureness = 1.6449;

/**
 * A canary is too slow only once it has answered this many times `minRequests`. The first answers of a new
 * process are its slowest, and among few requests they alone would make the 95th percentile.
 */
const latencyPatience = 4;

/**
 * Whether a canary takes more traffic, waits for more requests, or goes. It goes when it surely fails more, is
 * slower, or predicts something else than allowed; "surely" is at 95 %, one-sided, so that one failure among few
 * requests makes it wait, not go. It waits while either track has fewer than `minRequests`, unless its failures are
 * already too many for any further answers up to that number to make good. It advances when nothing is above what is allowed.
 */
export function decideCanary(input: CanaryInput): CanaryDecision {
  const requests = checkRequests(input);
  const failures = checkFailures(input);
  const enough = requests.state === "holds";
  const checks = enough
    ? [requests, failures, checkLatency(input), checkPredictions(input)]
    : [requests, failures];
  const failed = checks.find(({ state }) => state === "fails");
  if (failed)
    return { verdict: "roll-back", reason: reasonOfCheck(failed), explanation: failed.explanation, checks };
  if (!enough)
    return { verdict: "wait", reason: "too-few-requests", explanation: requests.explanation, checks };
  const unsure = checks.find(({ state }) => state === "unsure");
  if (unsure) return { verdict: "wait", reason: "unsure", explanation: unsure.explanation, checks };
  const explanation = checks.map((check) => check.explanation).join(" ");
  return { verdict: "advance", reason: "healthy", explanation, checks };
}

function reasonOfCheck({ name }: CanaryCheck): CanaryDecision["reason"] {
  return name === "requests" ? "too-few-requests" : name;
}

function checkRequests({ reference, canary, rule, comparedWith = "stable" }: CanaryInput): CanaryCheck {
  const value = Math.min(reference.requests, canary.requests);
  const enough = value >= rule.minRequests;
  return {
    name: "requests",
    state: enough ? "holds" : "unsure",
    value,
    limit: rule.minRequests,
    explanation:
      `${canary.requests} requests on the canary and ${reference.requests} on ${comparedWith}` +
      (enough ? "." : `, at least ${rule.minRequests} each are needed.`),
  };
}

/**
 * The difference of the failed shares, and the lower end of its interval by Agresti and Caffo (2000), who add a
 * failure and a success to each sample: the plain interval has no width when nobody, or everybody, failed.
 */
function checkFailures({ reference, canary, rule, comparedWith = "stable" }: CanaryInput): CanaryCheck {
  // Before the least number of requests: as if all those still to come succeeded.
  const requests = Math.max(canary.requests, rule.minRequests);
  const difference = share(canary.failures, requests) - share(reference.failures, reference.requests);
  const [p, q] = [
    (canary.failures + 1) / (requests + 2),
    (reference.failures + 1) / (reference.requests + 2),
  ];
  const error = Math.sqrt((p * (1 - p)) / (requests + 2) + (q * (1 - q)) / (reference.requests + 2));
  const within = difference <= rule.mayFailMoreBy + rounding;
  const nothingAnswered = canary.failures === canary.requests && canary.requests >= rule.minRequests;
  const surely = !(p - q - sureness * error <= rule.mayFailMoreBy);
  const counts = `${canary.failures} of ${canary.requests} canary requests failed, ${reference.failures} of ${reference.requests} on ${comparedWith}`;
  const allowed = `at most ${percent(rule.mayFailMoreBy)} more is allowed`;
  return {
    name: "failures",
    state: nothingAnswered || (!within && surely) ? "fails" : within ? "holds" : "unsure",
    value: share(canary.failures, canary.requests) - share(reference.failures, reference.requests),
    limit: rule.mayFailMoreBy,
    explanation: `${counts}; ${allowed}${within || surely || nothingAnswered ? "" : ", but so few failures may be chance"}.`,
  };
}

function checkLatency({ reference, canary, rule, comparedWith = "stable" }: CanaryInput): CanaryCheck {
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
    return { name, state: "unsure", explanation: `There is no answered request on ${track} yet.` };
  }
  const [before, now] = [reference.latencyMs.p95, canary.latencyMs.p95];
  const limit = Math.max(before * rule.mayBeSlowerBy, before + rule.latencyToleranceMs);
  const surely = canary.requests >= latencyPatience * rule.minRequests;
  return {
    name,
    state: now <= limit ? "holds" : surely ? "fails" : "unsure",
    ...(Number.isFinite(now) && { value: now }),
    ...(Number.isFinite(limit) && { limit }),
    explanation:
      `95 % of the canary's answers took at most ${formatNumber(now)} ms, of stable's ${formatNumber(before)} ms; ` +
      `${formatNumber(limit)} ms is allowed${now <= limit || surely ? "" : ", but so few may be the slow first ones"}.`,
  };
}

/** How far the mean prediction has moved, in standard deviations of stable's predictions, with its standard error. */
function checkPredictions({ reference, canary, rule, comparedWith = "stable" }: CanaryInput): CanaryCheck {
  const name = "predictions";
  if (!reference.predictions || !canary.predictions) {
    const track = canary.predictions ? comparedWith : "the canary";
    return { name, state: "unsure", explanation: `There is no prediction on ${track} yet.` };
  }
  const [before, now] = [reference.predictions, canary.predictions];
  // A stable that always says the same has no scale of its own; the canary's is the next best.
  const scale = before.standardDeviation > 0 ? before.standardDeviation : now.standardDeviation;
  const distance = Math.abs(now.mean - before.mean);
  const means = `Mean prediction ${formatNumber(now.mean)} on the canary, ${formatNumber(before.mean)} on ${comparedWith}`;
  if (scale === 0) {
    const same = distance <= rounding * Math.abs(before.mean);
    return {
      name,
      state: same ? "holds" : "not-measurable",
      explanation: `${means}; neither varies, so that a shift has no scale.`,
    };
  }
  const shift = distance / scale;
  const error =
    Math.sqrt(before.standardDeviation ** 2 / before.count + now.standardDeviation ** 2 / now.count) / scale;
  const within = shift <= rule.mayShiftBy;
  const surely = !(shift - sureness * error <= rule.mayShiftBy);
  return {
    name,
    state: within ? "holds" : surely ? "fails" : "unsure",
    ...finite({ value: shift, limit: rule.mayShiftBy }),
    explanation:
      `${means}: ${formatNumber(shift)} standard deviations apart, ${formatNumber(rule.mayShiftBy)} are allowed` +
      `${within || surely ? "" : `, but with a standard error of ${formatNumber(error)} it may be chance`}.`,
  };
}

/** A sample with NaN in it fails the check, and JSON cannot hold it. */
function finite(numbers: { value: number; limit: number }): Pick<CanaryCheck, "value" | "limit"> {
  return Object.values(numbers).every(Number.isFinite) ? numbers : {};
}

/** Differences below this are rounding. */
const rounding = 1e-9;

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function percent(fraction: number): string {
  return `${formatNumber(fraction * 100)} %`;
}
