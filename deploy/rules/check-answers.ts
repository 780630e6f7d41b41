import { share } from "../../platform/base/share";
import { percent } from "../../platform/base/wording";
import type { Answers, TrackSample } from "../../platform/release/deployment";
import {
  finite,
  healthOf,
  stateOf,
  whereSeen,
  worstOf,
  type CanaryCheck,
  type CanaryInput,
} from "./canary-check";
import { evidenceOfShare, evidenceOfShares, standardErrorsApart, type Effects } from "./evidence";

/** A share that is so much larger than is allowed has to be found. */
const foundAbove = 0.02;

/** Decimals of a limit in percent: a canary of many clients has a small one. */
const limitDecimals = 4;

type Ending = "failures" | "refusals";
const verbs = { failures: "failed", refusals: "were refused" };

/** Answers that are judged by themselves, as they are of requests of one kind. */
interface Group {
  /** Whose requests they are, in words. */
  readonly whose: string;
  readonly ours: Answers;
  readonly theirs: Answers;
}

/** What is left of all requests without our own tests. */
function clientsOf({ requests, failures, refusals = 0, refusedAlone, tests }: TrackSample): Answers {
  return {
    requests: requests - (tests?.requests ?? 0),
    failures: failures - (tests?.failures ?? 0),
    refusals: refusals - (tests?.refusals ?? 0),
    ...(refusedAlone !== undefined && { refusedAlone: refusedAlone - (tests?.refusedAlone ?? 0) }),
  };
}

/**
 * Clients' requests and our own tests, apart: our replay knows what the candidate takes, and its many good answers say nothing about the
 * few requests of clients. An environment for tests has no clients: of it, all are tests.
 */
function groupsOf({ reference, canary, comparedWith }: CanaryInput): Group[] {
  const fromTests = comparedWith?.kind === "tests";
  const nothing: Answers = { requests: 0, failures: 0 };
  const groups = [
    {
      whose: canary.tests ? " of clients" : "",
      ours: clientsOf(canary),
      theirs: fromTests ? reference : clientsOf(reference),
    },
    {
      whose: canary.tests ? " of our own" : "",
      ours: canary.tests ?? nothing,
      theirs: fromTests ? reference : (reference.tests ?? nothing),
    },
  ];
  const asked = groups.filter(({ ours }) => ours.requests > 0);
  return asked.length > 0 ? asked : groups.slice(0, 1);
}

/** What was seen of one group: how much it speaks for harm, and in words. */
interface Seen {
  readonly evidence: number;
  /** By how many standard errors the canary's share is greater than stable's. */
  readonly apart: number;
  readonly difference: number;
  readonly words: string;
}

/** How many of a group ended so, compared with stable's. */
function seenOf({ whose, ours, theirs }: Group, ending: Ending, input: CanaryInput): Seen {
  const { rule } = input;
  const effects: Effects = {
    allowed: rule.mayFailMoreBy,
    harmful: Math.min(1, rule.mayFailMoreBy + foundAbove),
  };
  // Where stable was asked the same, only what it would have answered counts.
  const alone = ending === "refusals" ? ours.refusedAlone : undefined;
  const mine = { hits: alone ?? ours[ending] ?? 0, count: ours.requests };
  const other = { hits: theirs[ending] ?? 0, count: theirs.requests };
  const evidence =
    alone === undefined ? evidenceOfShares(mine, other, effects) : evidenceOfShare(mine, effects);
  const all = mine.hits === mine.count && mine.count >= rule.minRequests;
  const where = whereSeen(input);
  return {
    evidence: all ? Infinity : evidence,
    // Of what stable answers, stable itself refuses nothing.
    apart: alone === undefined ? standardErrorsApart(mine, other) : Infinity,
    difference: share(mine.hits, mine.count) - (alone === undefined ? share(other.hits, other.count) : 0),
    words:
      `${mine.hits} of ${mine.count} canary requests${whose} ${verbs[ending]}` +
      (alone === undefined ? `, ${other.hits} of ${other.count} on ${where}` : ` that ${where} answers`),
  };
}

/** Whether a larger share of the canary's requests than is allowed ended so, beyond chance. */
function checkShare(input: CanaryInput, ending: Ending): CanaryCheck {
  const limit = input.rule.mayFailMoreBy;
  const seen = groupsOf(input).map((group) => seenOf(group, ending, input));
  const total = seen.reduce((sum, { evidence }) => sum + evidence, 0);
  // All together have to speak for health, and none of them against it.
  const each = seen.map(({ evidence, apart }) => stateOf(evidence, { health: 0, apart }));
  const apart = Math.hypot(...seen.map((one) => one.apart));
  const { doubt, ...judged } = worstOf([stateOf(total, { health: healthOf(input), apart }), ...each]);
  return {
    name: ending,
    ...judged,
    ...finite({ value: Math.max(...seen.map(({ difference }) => difference)), limit }),
    explanation: `${seen.map(({ words }) => words).join("; ")}; at most ${percent(limit, limitDecimals)} more is allowed${doubt}.`,
  };
}

/** Answers of 5xx, and requests that were not answered at all. */
export function checkFailures(input: CanaryInput): CanaryCheck {
  return checkShare(input, "failures");
}

/**
 * Requests that were refused for what is in them. A candidate that takes fewer kinds of rows than stable refuses its clients' ordinary
 * requests, and no count of failures shows it.
 */
export function checkRefusals(input: CanaryInput): CanaryCheck {
  const { canary, rule, comparedWith } = input;
  const refusesAll = canary.requests >= rule.minRequests && (canary.refusals ?? 0) === canary.requests;
  if (comparedWith?.kind === "tests" && !refusesAll) {
    return {
      name: "refusals",
      state: "not-measurable",
      explanation: `Refusals are not compared: ${comparedWith.environment} has no clients.`,
    };
  }
  return checkShare(input, "refusals");
}
