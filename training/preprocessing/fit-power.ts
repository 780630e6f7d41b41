import { PlatformError } from "../../platform/base/errors";
import type { TargetTransform } from "../../platform/model/target-transform";
import type { SqlEngine } from "../../platform/sql/engine";
import { aggregate } from "./sql";

type Method = TargetTransform["method"];

/** Powers that are looked at; targets that ask for one beyond have no distribution that a power makes normal. */
const [lowest, highest] = [-5, 5];
/** Nearer to a logarithm than this, a power loses digits, and is as good as one. */
const nearest = 1e-6;
/** How far beyond the targets of training a prediction may be where the way back has no value. */
const reach = 10;

/**
 * The least of a function between two points (Brent, "Algorithms for Minimization without Derivatives", 1973: parabolas, and golden
 * sections where these do not help).
 */
export async function minimize(
  f: (x: number) => Promise<number>,
  [low, high]: readonly [number, number],
  tolerance = 1e-9,
): Promise<number> {
  const golden = (3 - Math.sqrt(5)) / 2;
  let [a, b] = [low, high];
  let x = a + golden * (b - a);
  let fx = await f(x);
  let [w, fw, v, fv] = [x, fx, x, fx];
  let [step, before] = [0, 0];
  for (let round = 0; round < 200; round++) {
    const middle = (a + b) / 2;
    const near = tolerance * Math.abs(x) + 1e-10;
    if (Math.abs(x - middle) <= 2 * near - (b - a) / 2) return x;
    let [p, q] = [0, 0];
    if (Math.abs(before) > near) {
      const [r, s] = [(x - w) * (fx - fv), (x - v) * (fx - fw)];
      [p, q] = [(x - v) * s - (x - w) * r, 2 * (s - r)];
      if (q > 0) p = -p;
      q = Math.abs(q);
    }
    const isParabola = Math.abs(p) < Math.abs((q * before) / 2) && p > q * (a - x) && p < q * (b - x);
    before = isParabola ? step : x < middle ? b - x : a - x;
    step = isParabola ? p / q : golden * before;
    const u = x + (Math.abs(step) >= near ? step : Math.sign(step || 1) * near);
    const fu = await f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
  return x;
}

/** (exp(lambda t) - 1) / lambda, without a loss of digits near 0. */
const powerOfLog = (logarithm: number, lambda: number): number =>
  lambda === 0 ? logarithm : Math.expm1(lambda * logarithm) / lambda;

/** A target, transformed; `centre` is a logarithm that all are divided by, which changes no power that is the best. */
function transformOf(method: Method, lambda: number, centre: number): (value: number) => number {
  if (method === "box-cox") return (value) => powerOfLog(Math.log(value) - centre, lambda);
  return (value) =>
    value >= 0 ? powerOfLog(Math.log1p(value), lambda) : -powerOfLog(Math.log1p(-value), 2 - lambda);
}

/** What the logarithm of the likelihood has beside the variance, of each target. */
const logarithmOf =
  (method: Method, centre: number) =>
  (value: number): number =>
    method === "box-cox" ? Math.log(value) - centre : Math.sign(value) * Math.log1p(Math.abs(value));

interface Rows {
  readonly from: string;
  readonly target: string;
}

/** Count, mean and sum of squared distances, block by block. */
async function spreadOf(
  engine: SqlEngine,
  { from, target }: Rows,
  transform: (value: number) => number,
): Promise<{ readonly count: number; readonly mean: number; readonly variance: number }> {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for await (const [values = new Float64Array()] of engine.blocks([target], from, { again: true })) {
    for (let row = 0; row < values.length; row++) {
      const value = transform(values[row] ?? NaN);
      count += 1;
      const distance = value - mean;
      mean += distance / count;
      squares += distance * (value - mean);
    }
  }
  return { count, mean, variance: squares / count };
}

function unfit(message: string): PlatformError {
  return new PlatformError("TRAINING_FAILED", message);
}

/**
 * The power by which targets are most like a normal distribution, by maximum likelihood, as scipy's `boxcox_normmax` and
 * `yeojohnson_normmax`. Rows count once, whatever they weigh.
 */
export async function fitPower(engine: SqlEngine, rows: Rows, method: Method): Promise<TargetTransform> {
  const [least = NaN, greatest = NaN] = await aggregate(engine, rows.from, [
    `min(${rows.target})`,
    `max(${rows.target})`,
  ]);
  if (method === "box-cox" && !(least > 0)) {
    throw unfit(
      `The target is ${least} in a training row. targetTransform "box-cox" is for targets above 0. Correct the data, or use "yeo-johnson", which takes all.`,
    );
  }
  if (least === greatest) {
    throw unfit(
      `The target is ${least} in all training rows, so no power can be found. Give rows that differ.`,
    );
  }
  const centre = method === "box-cox" ? (await spreadOf(engine, rows, Math.log)).mean : 0;
  const logarithm = (await spreadOf(engine, rows, logarithmOf(method, centre))).mean;
  const found = await minimize(
    async (lambda) => {
      const { variance } = await spreadOf(engine, rows, transformOf(method, lambda, centre));
      return Math.log(variance) / 2 - (lambda - 1) * logarithm;
    },
    [lowest, highest],
  );
  if (Math.min(found - lowest, highest - found) < 1e-3) {
    throw unfit(
      `No power from ${lowest} to ${highest} makes the targets like a normal distribution. Leave targetTransform out, or train trees.`,
    );
  }
  return {
    method,
    lambda: apart(found, method),
    limits: [reach * Math.min(0, least), reach * Math.max(0, greatest)],
  };
}

/** A power that is a little off those that logarithms stand for. */
function apart(lambda: number, method: Method): number {
  const logarithms = method === "box-cox" ? [0] : [0, 2];
  const near = logarithms.find((power) => Math.abs(lambda - power) < nearest);
  return near === undefined ? lambda : near + nearest;
}
