import type { TreeLink } from "../../../platform/onnx/tree-parameters";
import { distributionOf } from "./distribution";

/** Targets and what each row counts; without weights all count the same. */
export interface Targets {
  readonly target: Float64Array;
  readonly weights?: Float64Array | undefined;
}

/** What boosting makes small, as a function of a row's target and the sum of its trees. */
export interface Loss {
  readonly link: TreeLink;
  readonly value: (target: number, raw: number) => number;
  /** First derivative by the sum. */
  readonly gradient: (target: number, raw: number) => number;
  /** Second derivative, from the first; absent where it is 1 for every row. */
  readonly hessian?: (target: number, gradient: number) => number;
  /** The best constant sum. */
  readonly base: (targets: Targets) => number;
  /** Where a Newton step says little: the quantile of the residuals that a leaf's value becomes. */
  readonly leafQuantile?: number;
  /** Targets that it is for; absent where all are. */
  readonly target?: { readonly isAllowed: (value: number) => boolean; readonly allowed: string };
}

function mean({ target, weights }: Targets): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < target.length; row++) {
    const weight = weights === undefined ? 1 : (weights[row] ?? NaN);
    sum += weight * (target[row] ?? NaN);
    total += weight;
  }
  return sum / total;
}

const squared: Loss = {
  link: "identity",
  value: (target, raw) => (raw - target) ** 2 / 2,
  gradient: (target, raw) => raw - target,
  base: mean,
};

/** The pinball loss: least where a share `q` of the targets is below. */
function quantile(q: number): Loss {
  return {
    link: "identity",
    value: (target, raw) => (target >= raw ? q * (target - raw) : (1 - q) * (raw - target)),
    gradient: (target, raw) => (target >= raw ? -q : 1 - q),
    base: ({ target, weights }) => distributionOf(target, weights).quantile(q),
    leafQuantile: q,
  };
}

/** Half of it is the quantile loss of the middle; this is scikit-learn's scale. */
const absolute: Loss = {
  ...quantile(0.5),
  value: (target, raw) => Math.abs(target - raw),
  gradient: (target, raw) => (target >= raw ? -1 : 1),
};

const poisson: Loss = {
  link: "log",
  value: (target, raw) => Math.exp(raw) - target * raw,
  gradient: (target, raw) => Math.exp(raw) - target,
  hessian: (target, gradient) => gradient + target,
  base: (targets) => Math.log(mean(targets)),
  target: { isAllowed: (value) => value >= 0, allowed: "0 or more, with some above 0" },
};

const gamma: Loss = {
  link: "log",
  value: (target, raw) => raw + target * Math.exp(-raw),
  gradient: (target, raw) => 1 - target * Math.exp(-raw),
  hessian: (_, gradient) => 1 - gradient,
  base: (targets) => Math.log(mean(targets)),
  target: { isAllowed: (value) => value > 0, allowed: "above 0" },
};

/** The negative log-likelihood of two classes, 0 and 1. */
const log: Loss = {
  link: "log-odds",
  // ln(1 + e^raw) without overflow.
  value: (target, raw) => Math.max(raw, 0) + Math.log1p(Math.exp(-Math.abs(raw))) - target * raw,
  gradient: (target, raw) => 1 / (1 + Math.exp(-raw)) - target,
  hessian: (target, gradient) => (gradient + target) * (1 - gradient - target),
  base: (targets) => {
    const positive = mean(targets);
    return Math.log(positive / (1 - positive));
  },
};

export type LossName = "squared" | "absolute" | "quantile" | "poisson" | "gamma" | "log";

/** The loss of that name; `q` is the share of a quantile. */
export function lossOf(name: LossName, q = 0.5): Loss {
  return { squared, absolute, quantile: quantile(q), poisson, gamma, log }[name];
}
