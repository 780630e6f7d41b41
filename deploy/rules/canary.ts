import { whereSeen, type CanaryCheck, type CanaryInput } from "./canary-check";
import { checkFailures, checkRefusals } from "./check-answers";
import { checkLatency } from "./check-latency";
import { checkPairs, checkPredictions } from "./check-predictions";

export const canaryVerdicts = ["advance", "wait", "roll-back"] as const;

/** Stable names of the reasons, for machines. */
export const canaryReasons = [
  "healthy",
  "too-few-requests",
  "nothing-to-judge",
  "unsure",
  "failures",
  "refusals",
  "latency",
  "predictions",
  "pairs",
] as const;

/** What becomes of a canary at its present weight. */
interface CanaryDecision {
  readonly verdict: (typeof canaryVerdicts)[number];
  readonly reason: (typeof canaryReasons)[number];
  /** The reason in a sentence, with numbers. */
  readonly explanation: string;
  /** Unsure: whether harm is so likely that it does not pass when its time is over. */
  readonly leansToHarm?: boolean;
  readonly checks: readonly CanaryCheck[];
}

/**
 * Whether a canary takes more traffic, waits for more requests, or goes. It goes when the evidence is that it fails or refuses more, is
 * slower, or predicts something else than allowed, and advances when the evidence is that it does not. It waits for either, and while a
 * track has fewer than `minRequests`; that it fails or refuses may be plain before.
 */
export function decideCanary(input: CanaryInput): CanaryDecision {
  const requests = checkRequests(input);
  const answers = [checkFailures(input), checkRefusals(input)];
  const enough = requests.state === "holds";
  const pairs = enough ? checkPairs(input) : undefined;
  const rest = enough ? [checkLatency(input), checkPredictions(input), ...(pairs ? [pairs] : [])] : [];
  const checks = [requests, ...answers, ...rest];
  const stateFound = (state: CanaryCheck["state"]): CanaryCheck | undefined =>
    checks.find((check) => check.state === state);
  const failed = stateFound("fails");
  if (failed)
    return { verdict: "roll-back", reason: reasonOfCheck(failed), explanation: failed.explanation, checks };
  if (!enough)
    return { verdict: "wait", reason: "too-few-requests", explanation: requests.explanation, checks };
  const lacking = stateFound("lacking");
  if (lacking)
    return { verdict: "wait", reason: "nothing-to-judge", explanation: lacking.explanation, checks };
  const unsure = checks.find(({ leansToHarm }) => leansToHarm === true) ?? stateFound("unsure");
  if (unsure) {
    const { explanation, leansToHarm = false } = unsure;
    return { verdict: "wait", reason: "unsure", explanation, leansToHarm, checks };
  }
  const explanation = checks.map((check) => check.explanation).join(" ");
  return { verdict: "advance", reason: "healthy", explanation, checks };
}

function reasonOfCheck({ name }: CanaryCheck): CanaryDecision["reason"] {
  return name === "requests" ? "too-few-requests" : name;
}

function checkRequests(input: CanaryInput): CanaryCheck {
  const { reference, canary, rule } = input;
  const value = Math.min(reference.requests, canary.requests);
  const enough = value >= rule.minRequests;
  return {
    name: "requests",
    state: enough ? "holds" : "lacking",
    value,
    limit: rule.minRequests,
    explanation:
      `${canary.requests} requests on the canary and ${reference.requests} on ${whereSeen(input)}` +
      (enough ? "." : `, at least ${rule.minRequests} each are needed.`),
  };
}
