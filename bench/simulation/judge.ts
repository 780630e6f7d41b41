import { goals, verdictOf, type Goal, type Verdict } from "./goals";
import { whyOutOfReach } from "./reach";
import type { NamedScenario } from "./release-scenarios";
import type { ReleaseCounts } from "./simulated-releases";
import type { RetrainingScenario, RetrainingShares } from "./simulated-retrainings";
import { limits, type WeeksCounts } from "./simulated-weeks";

/** A goal with what became of it. */
export interface Judged {
  readonly goal: Goal;
  readonly verdict: Verdict;
}

/** Of releases: how many good ones were rolled back or undecided, or how many harmful ones were not found. */
export function judgeReleases(scenario: NamedScenario, counts: ReleaseCounts, releases: number): Judged[] {
  const outOfReach = whyOutOfReach(scenario) !== undefined;
  const judge = (goal: Goal, hits: number, beyond = outOfReach): Judged => ({
    goal,
    verdict: verdictOf(goal, { hits, count: releases }, beyond),
  });
  const { rolledBack, undecided } = counts;
  if (!scenario.isHealthy) return [judge(goals.notFound, releases - rolledBack)];
  // That a good one is not rolled back takes no requests.
  return [judge(goals.rolledBack, rolledBack, false), judge(goals.undecided, undecided)];
}

/** Of retrainings that are no better: how many the gate promotes. */
export function judgeRetrainings(
  { isBetter }: RetrainingScenario,
  { promoted }: RetrainingShares,
  retrainings: number,
): Judged[] {
  if (isBetter) return [];
  const hits = Math.round(promoted * retrainings);
  return [{ goal: goals.promoted, verdict: verdictOf(goals.promoted, { hits, count: retrainings }) }];
}

/** Of watched versions: whether retrainings keep to their cap, and how many changes were found late. */
export function judgeWeeks({ mostInAWeek, foundAfter }: WeeksCounts): Judged[] {
  const cap: Goal = { words: `at most ${limits.maxPerWeek} in seven days`, atMost: 0 };
  const capped: Judged = { goal: cap, verdict: mostInAWeek <= limits.maxPerWeek ? "met" : "missed" };
  if (foundAfter.length === 0) return [capped];
  const late = foundAfter.filter((looks) => looks > goals.foundLate.looks).length;
  const verdict = verdictOf(goals.foundLate, { hits: late, count: foundAfter.length });
  return [capped, { goal: goals.foundLate, verdict }];
}

/** The goals in words, and one verdict for each, or the one that all have. */
export function describeJudged(judged: readonly Judged[]): readonly [goals: string, verdicts: string] {
  const verdicts = judged.map(({ verdict }) => verdict);
  const same = new Set(verdicts).size === 1;
  return [
    judged.map(({ goal }) => goal.words).join(", "),
    (same ? verdicts.slice(0, 1) : verdicts).join(", "),
  ];
}

/** Whether the command fails for it. */
export const isMissed = ({ verdict }: Judged): boolean => verdict === "missed";
