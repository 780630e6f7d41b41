import { Matrix, solve } from "ml-matrix";
import type { GateRule } from "../../platform/definition/definition";
import { decidePromotion } from "../../platform/gate/promotion";
import type { PromotionDecision, ScoredRows } from "../../platform/metrics/evaluation";
import { chanceOf, type Chance } from "./chance";

export const trainingRows = 400;
export const heldOutRows = 100;
/** What the target depends on. A model that leaves out the last is worse by about 4 % in its RMSE. */
const effects = [1, -0.5, 0.5, 0.25, 0.3];

interface Rows {
  readonly features: readonly (readonly number[])[];
  readonly target: readonly number[];
}
type Model = (features: readonly number[]) => number;
type Metric = "rmse" | "auc";

/** Fresh rows of the one population; for a classification the target is whether it is above 0. */
function draw(count: number, metric: Metric, { normal }: Chance): Rows {
  const features = Array.from({ length: count }, () => effects.map(normal));
  const target = features.map((row) => {
    const value = row.reduce((sum, x, index) => sum + x * (effects[index] ?? 0), normal());
    return metric === "rmse" ? value : Number(value > 0);
  });
  return { features, target };
}

/** Least squares on the first `used` features. */
function fit({ features, target }: Rows, used: number): Model {
  const design = new Matrix(features.map((row) => [1, ...row.slice(0, used)]));
  const transposed = design.transpose();
  const weights = solve(transposed.mmul(design), transposed.mmul(Matrix.columnVector([...target])));
  return (row) =>
    row.slice(0, used).reduce((sum, x, index) => sum + x * weights.get(index + 1, 0), weights.get(0, 0));
}

function score(model: Model, { features, target }: Rows): ScoredRows {
  return { actual: Float64Array.from(target), predicted: Float64Array.from(features, model) };
}

export interface RetrainingScenario {
  readonly name: string;
  readonly metric: Metric;
  /** Features that the champion uses; candidates use all. */
  readonly championUses: number;
  /** Whether a candidate that is promoted is the champion of the next. */
  readonly replaces: boolean;
  /** Whether candidates are better. */
  readonly isBetter: boolean;
}

/** Shares of retrainings. */
export interface RetrainingShares {
  /** Whose candidate has the better figure. */
  readonly anyBetter: number;
  readonly promoted: number;
}

/** Retrains as often as is said, each time on fresh rows, and counts what the gate promotes. */
export function simulateRetrainings(
  { metric, championUses, replaces }: Omit<RetrainingScenario, "name" | "isBetter">,
  retrainings: number,
  seed: number,
): RetrainingShares {
  const chance = chanceOf(seed);
  const rule: GateRule = { metric, minImprovement: 0, confidence: 0.95, floors: [], slices: [] };
  let champion = fit(draw(trainingRows, metric, chance), championUses);
  let [anyBetter, promoted] = [0, 0];
  for (let retraining = 0; retraining < retrainings; retraining++) {
    const candidate = fit(draw(trainingRows, metric, chance), effects.length);
    const heldOut = draw(heldOutRows, metric, chance);
    const decision: PromotionDecision = decidePromotion({
      rule,
      candidate: score(candidate, heldOut),
      champion: { model: "bench:1", rows: score(champion, heldOut) },
      slices: [],
      seed: retraining,
      evaluation: "on",
    });
    if ((decision.improvement ?? 0) > 0) anyBetter++;
    if (!decision.promote) continue;
    promoted++;
    if (replaces) champion = candidate;
  }
  return { anyBetter: anyBetter / retrainings, promoted: promoted / retrainings };
}

const noBetter = { championUses: effects.length, replaces: false, isBetter: false };

export const retrainingScenarios: readonly RetrainingScenario[] = (["rmse", "auc"] as const).flatMap(
  (metric) => [
    { ...noBetter, name: "no better: one champion", metric },
    { ...noBetter, name: "no better: the promoted replace it", metric, replaces: true },
    {
      name: "better: knows a feature more",
      metric,
      championUses: effects.length - 1,
      replaces: false,
      isBetter: true,
    },
  ],
);
