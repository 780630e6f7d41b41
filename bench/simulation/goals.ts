/** How many of the cases that were simulated ended so. */
export interface Counted {
  readonly hits: number;
  readonly count: number;
}

/** What may end so at most. */
export interface Goal {
  readonly words: string;
  /** Share of cases, 0 < x < 1. */
  readonly atMost: number;
}

/** What the gate and the canary have to hold. */
export const goals = {
  /** Of candidates that are as good as stable. */
  rolledBack: { words: "at most 1 % rolled back", atMost: 0.01 },
  undecided: { words: "at most 2 % undecided", atMost: 0.02 },
  /** Of candidates with 3 points more failures, half the latency more, or a shift of half a standard deviation. */
  notFound: { words: "at least 95 % found", atMost: 0.05 },
  /** Of retrainings that are no better. */
  promoted: { words: "at most 5 % promoted", atMost: 0.05 },
  /** Of versions whose inputs, or whose relation to the target, change. */
  foundLate: { words: "95 % found within 7 looks", atMost: 0.05, looks: 7 },
} as const;

/** "within chance": more than the goal allows, and no more than chance explains where the goal holds. */
export type Verdict = "met" | "within chance" | "missed" | "out of reach";

/** A goal is missed where so many would come with less than this probability if it held. */
export const surely = 0.001;

/** Probability that at least so many of the cases end so, each with the probability `share`, 0 < share < 1: the binomial tail, summed. */
export function chanceOfAtLeast({ hits, count }: Counted, share: number): number {
  if (hits <= 0) return 1;
  let logarithm = count * Math.log1p(-share);
  let tail = 0;
  for (let k = 1; k <= count; k++) {
    logarithm += Math.log(((count - k + 1) / k) * (share / (1 - share)));
    if (k >= hits) tail += Math.exp(logarithm);
  }
  return Math.min(1, tail);
}

/** Whether a goal is met; `outOfReach` says that no test of as many requests could meet it. */
export function verdictOf({ atMost }: Goal, cases: Counted, outOfReach = false): Verdict {
  if (cases.hits <= atMost * cases.count) return "met";
  if (chanceOfAtLeast(cases, atMost) >= surely) return "within chance";
  return outOfReach ? "out of reach" : "missed";
}
