import { dayMs, hourMs } from "../base/durations";
import { counted, quoted } from "../base/wording";

/** What watching a version has shown. */
export interface WatchFindings {
  /** Whether there were rows enough to judge drift. */
  readonly judged: boolean;
  /** Columns that have drifted. */
  readonly drifted: readonly string[];
  /** By truth; absent, or not judged, where too little of it is known. An estimate is no finding. */
  readonly performance?: {
    readonly judged: boolean;
    /** Surely worse than it was. */
    readonly fell: boolean;
    /** Surely not worse by more than a tenth. */
    readonly holds: boolean;
  };
  /** Whether the data has rows that neither the version nor a retraining since was trained on. */
  readonly hasNewRows: boolean;
}

/** How often a model may be retrained because of what was found. */
export interface RetrainingLimits {
  /** Hours since the last retraining in which there is no other. */
  readonly coolDownHours: number;
  /** Most retrainings in seven days; with 0 there are only alerts. */
  readonly maxPerWeek: number;
}

export const retrainingReasons = [
  "too-little",
  "healthy",
  "drift-without-harm",
  "alerts-only",
  "no-new-rows",
  "cooling-down",
  "cap-reached",
  "performance-fell",
  "drifted",
] as const;

/** What is done about findings, and why. */
export interface RetrainingDecision {
  readonly action: "nothing" | "alert" | "retrain";
  /** Stable name of the reason, for machines. */
  readonly reason: (typeof retrainingReasons)[number];
  /** The reason in a sentence. */
  readonly explanation: string;
}

const weekMs = 7 * dayMs;

/** What calls for a retraining, in a clause; undefined when nothing does. */
function causeOf({
  drifted,
  performance,
}: WatchFindings): Pick<RetrainingDecision, "reason" | "explanation"> | undefined {
  const columns = `drift in ${quoted(drifted)}`;
  if (performance?.fell) {
    const beside = drifted.length > 0 ? `, with ${columns}` : "";
    return { reason: "performance-fell", explanation: `Performance has fallen${beside}` };
  }
  if (drifted.length === 0 || performance?.holds) return undefined;
  const truth =
    performance === undefined
      ? "no truth was given (`monitor --labels`)"
      : "too little of the truth is known";
  return {
    reason: "drifted",
    explanation: `There is ${columns}, and ${truth} to say whether it does harm`,
  };
}

/**
 * Decides what is done about findings. Only fallen performance, or drift whose harm is not known, is a cause to retrain; then there must be
 * rows to learn from, and the limits must leave room. `retrainings` are the earlier ones, in any order, none later than now.
 */
export function decideRetraining(
  findings: WatchFindings,
  {
    limits: { coolDownHours, maxPerWeek },
    now,
    retrainings,
  }: { readonly limits: RetrainingLimits; readonly now: Date; readonly retrainings: readonly Date[] },
): RetrainingDecision {
  const { judged, drifted, performance, hasNewRows } = findings;
  const cause = causeOf(findings);
  if (cause === undefined) {
    if (drifted.length > 0) {
      return {
        action: "alert",
        reason: "drift-without-harm",
        explanation: `There is drift in ${quoted(drifted)}, and by the truth that is known the version is at most a tenth worse than it was. Nothing is retrained.`,
      };
    }
    return judged || performance?.judged
      ? {
          action: "nothing",
          reason: "healthy",
          explanation: "Neither drift nor fallen performance was found.",
        }
      : {
          action: "nothing",
          reason: "too-little",
          explanation: "There are too few rows to judge anything, so nothing is done.",
        };
  }
  const alert = (reason: RetrainingDecision["reason"], why: string): RetrainingDecision => ({
    action: "alert",
    reason,
    explanation: `${cause.explanation}. ${why}`,
  });
  if (maxPerWeek === 0) {
    return alert("alerts-only", "Nothing is retrained, as at most 0 retrainings in seven days are allowed.");
  }
  if (!hasNewRows) {
    return alert(
      "no-new-rows",
      "The data has no rows that were not trained on already, so nothing is retrained. Add rows whose truth is known by `mlops collect`, or `monitor --labels`; a stack gets them by `mlops data push`.",
    );
  }
  const ages = retrainings.map((time) => Math.max(0, now.getTime() - time.getTime()));
  const newest = Math.min(...ages);
  if (newest < coolDownHours * hourMs) {
    const ago = Math.floor(newest / hourMs);
    return alert(
      "cooling-down",
      `The last retraining was ${counted(ago, "hour")} ago; there is none within ${counted(coolDownHours, "hour")}.`,
    );
  }
  const lately = ages.filter((age) => age < weekMs).length;
  if (lately >= maxPerWeek) {
    return alert(
      "cap-reached",
      `There ${lately === 1 ? "was" : "were"} ${counted(lately, "retraining")} in seven days; at most ${maxPerWeek} may be.`,
    );
  }
  return {
    action: "retrain",
    reason: cause.reason,
    explanation: `${cause.explanation}: the model is retrained.`,
  };
}
