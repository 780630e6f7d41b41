import type { CanaryRule } from "../../platform/definition/definition";
import type { TrackSample } from "../../platform/release/deployment";
import { formatNumber } from "../../platform/base/format-number";

/** One question asked of a canary. */
export interface CanaryCheck {
  readonly name: "requests" | "failures" | "refusals" | "latency" | "predictions" | "pairs";
  /**
   * "fails": worse than allowed, surely; "unsure": worse than allowed in what was seen, which may be chance; "lacking": nothing was
   * seen that could be judged; "not-measurable": more requests will not tell, and nothing is held against the canary.
   */
  readonly state: "holds" | "fails" | "unsure" | "lacking" | "not-measurable";
  /** What was measured: requests, the difference of shares (0..1), milliseconds, standard deviations. */
  readonly value?: number;
  /** The most (of requests: the least) that is allowed, in the same unit. */
  readonly limit?: number;
  readonly explanation: string;
}

export interface CanaryInput {
  /** Stable's sample; QA's of the same release while production has no stable. */
  readonly reference: TrackSample;
  /**
   * Where the reference is from. QA's is of another time and other clients, so neither its latency nor its refusals say anything
   * about the canary's.
   */
  readonly comparedWith?: "stable" | "QA";
  readonly canary: TrackSample;
  readonly rule: CanaryRule;
}

/**
 * Probability that one look at one check calls worse than allowed what is as good as is just allowed. A release has dozens of looks;
 * for a candidate that is as good as stable it is far smaller, as what is allowed lies between. test/deploy/rules/behaviour/equal-canary.test.ts
 * plays whole releases.
 */
export const errorPerLook = 0.001;

/** Standard errors that a normal variable exceeds with that probability, on one side. */
export const sureness = 3.0902;

/** Differences below this are rounding. */
export const rounding = 1e-9;

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

export function percent(fraction: number): string {
  return `${formatNumber(fraction * 100)} %`;
}

/** The state of a check by whether its value is allowed, or surely is not; `doubt` is what is said where neither is sure. */
export function judge(
  within: boolean,
  surely: boolean,
  doubt: string,
): { readonly state: CanaryCheck["state"]; readonly doubt: string } {
  if (within) return { state: "holds", doubt: "" };
  return surely ? { state: "fails", doubt: "" } : { state: "unsure", doubt };
}

/** A sample with NaN in it fails the check, and JSON cannot hold it. */
export function finite(numbers: { value: number; limit: number }): Pick<CanaryCheck, "value" | "limit"> {
  return Object.values(numbers).every(Number.isFinite) ? numbers : {};
}
