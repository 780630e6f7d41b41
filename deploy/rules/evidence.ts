/** What a measure may be at most, and what has to be found. What lies between is neither. */
export interface Effects {
  readonly allowed: number;
  readonly harmful: number;
}

/**
 * Evidence, as the logarithm of a likelihood ratio, from which a canary does harm, and up to which it surely does none. The ratio is
 * of all that was seen, so that looking again and again at the same requests is no new chance of an error: Wald's test (Annals of
 * Mathematical Statistics 16, 1945), in which the likelier of the effects that are harmful stands for them all.
 * `npm run simulate:decisions` prints how often either is wrong.
 */
export const harmAbove = 6.5;
export const healthBelow = -3.5;

/** The same at one of many looks, of which each may take a harmful canary that has been lucky so far for a healthy one. */
export const healthBelowAmongMany = -4.5;

/**
 * Evidence above which a canary does not pass that is undecided when its time is over: what passes answers everybody, so that it has to
 * be some times likelier that it does no harm. It goes only if it is not as stable is, too: by so many standard errors, which chance
 * exceeds in 0.8 % of canaries.
 */
export const doubtAbove = -1.5;
export const apartBy = 2.4;

const logTimes = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));

function logLikelihood({ hits, count }: Counted, share: number): number {
  return logTimes(hits, share) + logTimes(count - hits, 1 - share);
}

/** How many of how many requests something happened to. */
export interface Counted {
  readonly hits: number;
  readonly count: number;
}

/** The greatest log-likelihood of two shares that are so far apart: `ours` the greater. */
function likelihoodApart(ours: Counted, theirs: Counted, difference: number): number {
  const rising = (share: number): boolean => {
    const slope = ({ hits, count }: Counted, at: number): number =>
      (hits === 0 ? 0 : hits / at) - (count === hits ? 0 : (count - hits) / (1 - at));
    return slope(theirs, share) + slope(ours, share + difference) > 0;
  };
  let [low, high] = [0, 1 - difference];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (rising(middle)) low = middle;
    else high = middle;
  }
  const share = (low + high) / 2;
  return logLikelihood(theirs, share) + logLikelihood(ours, share + difference);
}

/** Evidence that our share is greater than theirs by what is harmful, and not only by what is allowed. */
export function evidenceOfShares(ours: Counted, theirs: Counted, { allowed, harmful }: Effects): number {
  if (ours.count === 0) return 0;
  const shareOf = ({ hits, count }: Counted): number => (count === 0 ? 0 : hits / count);
  // No observations on the other side: no evidence against ours.
  const difference = theirs.count === 0 ? 0 : shareOf(ours) - shareOf(theirs);
  const free = logLikelihood(ours, shareOf(ours)) + logLikelihood(theirs, shareOf(theirs));
  const ifHarmful = difference >= harmful ? free : likelihoodApart(ours, theirs, harmful);
  const ifAllowed = difference <= allowed ? free : likelihoodApart(ours, theirs, allowed);
  return ifHarmful - ifAllowed;
}

/** By how many standard errors our share is greater than theirs: the signed root of the likelihood ratio (Wilks, 1938); 0 where it is not greater. */
export function standardErrorsApart(ours: Counted, theirs: Counted): number {
  if (ours.count === 0 || theirs.count === 0) return 0;
  const [mine, other] = [ours.hits / ours.count, theirs.hits / theirs.count];
  if (mine <= other) return 0;
  const free = logLikelihood(ours, mine) + logLikelihood(theirs, other);
  return Math.sqrt(2 * Math.max(0, free - likelihoodApart(ours, theirs, 0)));
}

/** Evidence that a share by itself is harmful, and not only allowed. */
export function evidenceOfShare(ours: Counted, { allowed, harmful }: Effects): number {
  if (ours.count === 0) return 0;
  const share = ours.hits / ours.count;
  return logLikelihood(ours, Math.max(share, harmful)) - logLikelihood(ours, Math.min(share, allowed));
}

/** Evidence of an estimate whose error is normal: by how many errors it lies above what is allowed, and below what is harmful. */
export function evidenceOfEstimate(
  estimate: number,
  standardError: number,
  { allowed, harmful }: Effects,
): number {
  // Of values that do not vary, every distance is as good as infinite.
  const error = Math.max(standardError, Number.MIN_VALUE);
  return evidenceOfDistances((estimate - allowed) / error, (harmful - estimate) / error);
}

/** The same from both distances, in standard errors. */
export function evidenceOfDistances(aboveAllowed: number, belowHarmful: number): number {
  const half = (distance: number): number => Math.max(0, distance) ** 2 / 2;
  return half(aboveAllowed) - half(belowHarmful);
}
