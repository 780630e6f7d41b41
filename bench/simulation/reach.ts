import { lastStagePatience } from "../../deploy/rules/canary-release";
import { canarySchema } from "../../platform/definition/canary-schema";
import { chiSquareUpperTail } from "../../platform/drift/chi-square";
import { goals } from "./goals";
import { stageMinutes, type ReleaseScenario } from "./simulated-releases";

/** Points of failures that have to be found. */
const harm = 0.03;

/** The standard normal variable that is exceeded as often as good candidates may be rolled back. */
const exceededInOneOfAHundred = 2.326348;

/** Requests of clients to both tracks. */
export interface RequestsInTime {
  readonly canary: number;
  readonly stable: number;
}

/** Requests over all the time that a release may take, where so many come in a minute. */
export function requestsInTime(perMinute: number): RequestsInTime {
  const { weights } = canarySchema.parse({});
  const last = Math.max(...weights);
  const stages = weights.map((weight) => ({
    share: weight / 100,
    requests: perMinute * stageMinutes * (weight === last ? lastStagePatience : 1),
  }));
  return {
    canary: stages.reduce((sum, { share, requests }) => sum + share * requests, 0),
    stable: stages.reduce((sum, { share, requests }) => sum + (1 - share) * requests, 0),
  };
}

/** Probability that a standard normal variable is at most so much. */
function normalProbability(value: number): number {
  const tail = chiSquareUpperTail(value * value, 1) / 2;
  return value < 0 ? tail : 1 - tail;
}

/**
 * Share of candidates with 3 points more failures than `base` that the best test of all those requests finds if it takes back 1 % of the
 * good ones: one look in the end at the difference of the shares, whose chance is told by both together, as the base is not known. For as
 * many requests no other test finds more (Lehmann and Romano, Testing Statistical Hypotheses, 2005, chapter 13).
 */
export function bestFound(base: number, { canary, stable }: RequestsInTime): number {
  const varianceOf = (share: number): number => share * (1 - share);
  const ours = base + harm;
  const both = (canary * ours + stable * base) / (canary + stable);
  const byChance = Math.sqrt(varianceOf(both) * (1 / canary + 1 / stable));
  const error = Math.sqrt(varianceOf(ours) / canary + varianceOf(base) / stable);
  return normalProbability((harm - exceededInOneOfAHundred * byChance) / error);
}

/** Why no rule could tell good from harmful as often as the goals ask, at the failures of a scenario; undefined where one could. */
export function whyOutOfReach({
  stable,
  clients,
}: Pick<ReleaseScenario, "stable" | "clients">): string | undefined {
  if (clients.perMinute === undefined) return undefined;
  const requests = requestsInTime(clients.perMinute);
  const found = bestFound(stable.failing, requests);
  if (found >= 1 - goals.notFound.atMost) return undefined;
  const number = (value: number): string => Math.round(value).toLocaleString("en-US");
  return (
    `Where ${Math.round(100 * stable.failing)} % fail, a release gets ${number(requests.canary)} requests to the canary and ${number(requests.stable)} to stable in its time. ` +
    `The best test of as many that takes back 1 % of the good finds ${(100 * found).toFixed(1)} % of those with 3 points more: more requests are needed, or more time.`
  );
}
