/**
 * Probability that a chi-square variable with `degreesOfFreedom` (a whole number, 1 or more) exceeds `statistic`:
 * the regularised upper incomplete gamma function Q(df / 2, statistic / 2). By the power series below a + 1
 * (DLMF 8.7.1) and the continued fraction above (DLMF 8.9.2, evaluated by Lentz's method). Relative error
 * below 1e-12, in the far tail too, down to where the result is no longer a normal double (1e-308).
 */
export function chiSquareUpperTail(statistic: number, degreesOfFreedom: number): number {
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`${degreesOfFreedom} degrees of freedom; expected a whole number, at least 1.`);
  }
  if (Number.isNaN(statistic)) return NaN;
  if (statistic <= 0) return 1;
  if (statistic === Infinity) return 0;
  const [a, x] = [degreesOfFreedom / 2, statistic / 2];
  const density = poissonDensity(a, x);
  if (x < a + 1) return 1 - density * seriesP(a, x);
  return density * a * fractionQ(a, x);
}

/** 1 + x / (a+1) + x² / ((a+1)(a+2)) + ...: P(a, x) over x^a e^-x / Γ(a+1). */
function seriesP(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** 1 / (x+1-a - 1(1-a) / (x+3-a - 2(2-a) / (x+5-a - ...))): Q(a, x) over x^a e^-x / Γ(a). */
function fractionQ(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let n = 1; ; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const factor = c * d;
    value *= factor;
    // A factor settles within a unit or two in the last place of 1, not on 1 itself.
    if (Math.abs(factor - 1) < 1e-15) return value;
  }
}

/**
 * x^a e^-x / Γ(a+1) in Loader's saddle-point form (Fast and Accurate Computation of Binomial Probabilities, 2000),
 * as the plain exponent a ln x - x - ln Γ(a+1) loses digits where its terms are large and cancel.
 */
function poissonDensity(a: number, x: number): number {
  return Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);
}

/** a ln(a / x) + x - a, by a series where the parts nearly cancel. */
function deviance(a: number, x: number): number {
  const v = (a - x) / (a + x);
  if (Math.abs(v) > 0.1) return a * Math.log(a / x) + x - a;
  let sum = (a - x) * v;
  let power = 2 * a * v;
  for (let n = 1; ; n++) {
    power *= v * v;
    const next = sum + power / (2 * n + 1);
    if (next === sum) return sum;
    sum = next;
  }
}

/** ln Γ(a+1) - (a + 1/2) ln a + a - ln(2π) / 2 for whole and half a (DLMF 5.11.1). */
function stirlingError(a: number): number {
  if (a <= 15) {
    return Math.log(gammaOfNext(a)) - (a + 0.5) * Math.log(a) + a - Math.log(2 * Math.PI) / 2;
  }
  const s = 1 / (a * a);
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188) * s) * s) * s) * s) / a;
}

/** Γ(a+1) for whole and half a by its recurrence. */
function gammaOfNext(a: number): number {
  let product = Number.isInteger(a) ? 1 : Math.sqrt(Math.PI);
  for (let factor = Number.isInteger(a) ? 1 : 0.5; factor <= a; factor++) product *= factor;
  return product;
}
