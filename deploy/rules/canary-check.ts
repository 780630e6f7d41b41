import type { CanaryRule } from "../../platform/definition/definition";
import type { PredictionShift } from "../../platform/metrics/prediction-shift";
import type { TrackSample } from "../../platform/release/deployment";
import { apartBy, doubtAbove, harmAbove, healthBelow, healthBelowAmongMany } from "./evidence";

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
  /** Unsure: whether what was seen is so likely of a harmful canary that it does not pass when its time is over. */
  readonly leansToHarm?: boolean;
}

type ComparedWith = { readonly kind: "stable" } | { readonly kind: "tests"; readonly environment: string };

export interface CanaryInput {
  /** Stable's sample; that of tests of the same release while production has no stable. */
  readonly reference: TrackSample;
  /**
   * Where the reference is from: stable, where nothing is said. Tests were at another time and without clients, so neither their
   * latency nor their refusals say anything about the canary's.
   */
  readonly comparedWith?: ComparedWith;
  readonly canary: TrackSample;
  readonly rule: CanaryRule;
  /** This is one of many looks at what is seen of it: neither the first nor the last. */
  readonly amongMany?: boolean;
  /** How its predictions lay to stable's where the gate found them better: that is not held against it a second time. */
  readonly expected?: PredictionShift;
}

/**
 * Probability that one look calls a spread, a distance or a disagreement worse than allowed that is just allowed. For a candidate that is
 * as good as stable it is far smaller, as what is allowed lies between.
 */
export const errorPerLook = 0.001;

/** Standard errors that a normal variable exceeds with that probability, on one side. */
export const sureness = 3.0902;

/** Differences below this are rounding. */
export const rounding = 1e-9;

/** Where the reference was seen, as explanations say it. */
export function whereSeen({ comparedWith }: Pick<CanaryInput, "comparedWith">): string {
  return comparedWith?.kind === "tests" ? comparedWith.environment : "stable";
}

interface Judged extends Pick<CanaryCheck, "state" | "leansToHarm"> {
  readonly doubt: string;
}

/** Evidence up to which a check holds. */
export function healthOf({ amongMany = false }: Pick<CanaryInput, "amongMany">): number {
  return amongMany ? healthBelowAmongMany : healthBelow;
}

/**
 * The state of a check by the evidence of harm; NaN never counts as healthy. `health` is up to where it holds, `apart`
 * by how many standard errors the canary differs from stable, where that is known.
 */
export function stateOf(
  evidence: number,
  { health, apart = Infinity }: { readonly health: number; readonly apart?: number },
): Judged {
  if (!(evidence < harmAbove)) return { state: "fails", doubt: "" };
  if (evidence <= health) return { state: "holds", doubt: "" };
  return {
    state: "unsure",
    leansToHarm: evidence > doubtAbove && apart >= apartBy,
    doubt: ", and more requests have to show whether it holds",
  };
}

/** The order in which what was measured is told: the worst first. */
const gravity: readonly CanaryCheck["state"][] = ["fails", "lacking", "unsure", "holds", "not-measurable"];

/** The worst of what was measured: the first of the worst ones and, of several that are unsure, one that leans to harm. */
export function worstOf<Measured extends Pick<CanaryCheck, "state" | "leansToHarm">>(
  measured: readonly [Measured, ...Measured[]],
): Measured {
  const worst = measured.reduce((worse, next) =>
    gravity.indexOf(next.state) < gravity.indexOf(worse.state) ? next : worse,
  );
  if (worst.state !== "unsure") return worst;
  return measured.find(({ leansToHarm }) => leansToHarm === true) ?? worst;
}

/** The state of a check by whether its value is allowed, or surely is not; `doubt` is what is said where neither is sure. */
export function judge(within: boolean, surely: boolean, doubt: string): Judged {
  if (within) return { state: "holds", doubt: "" };
  return surely ? { state: "fails", doubt: "" } : { state: "unsure", doubt };
}

/** A sample with NaN in it fails the check, and JSON cannot hold it. */
export function finite(numbers: { value: number; limit: number }): Pick<CanaryCheck, "value" | "limit"> {
  return Object.values(numbers).every(Number.isFinite) ? numbers : {};
}
