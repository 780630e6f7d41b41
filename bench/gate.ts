import { Matrix, solve } from "ml-matrix";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { GateRule } from "../platform/definition/definition";
import { decidePromotion } from "../platform/gate/promotion";
import type { PromotionDecision, ScoredRows } from "../platform/metrics/evaluation";
import { printTable } from "./table";

const retrainings = 1000;
const trainingRows = 400;
const heldOutRows = 100;
/** What the target depends on. A model that leaves out the last is worse by about 4 % in its RMSE. */
const effects = [1, -0.5, 0.5, 0.25, 0.3];

const random = xoroshiro128plus(20_261_126);
const uniform = (): number => uniformFloat64(random);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

interface Rows {
  readonly features: readonly (readonly number[])[];
  readonly target: readonly number[];
}
type Model = (features: readonly number[]) => number;
type Metric = "rmse" | "auc";

/** Fresh rows of the one population; for a classification the target is whether it is above 0. */
function draw(count: number, metric: Metric): Rows {
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

interface Scenario {
  readonly name: string;
  readonly metric: Metric;
  /** Features that the champion uses; candidates use all. */
  readonly championUses: number;
  /** Whether a candidate that is promoted is the champion of the next. */
  readonly replaces: boolean;
}

/** Retrains as often as is said, each time on fresh rows, and counts what is promoted. */
function simulate({ metric, championUses, replaces }: Scenario): { anyBetter: number; promoted: number } {
  const rule: GateRule = { metric, minImprovement: 0, confidence: 0.95, floors: [], slices: [] };
  let champion = fit(draw(trainingRows, metric), championUses);
  let [anyBetter, promoted] = [0, 0];
  for (let retraining = 0; retraining < retrainings; retraining++) {
    const candidate = fit(draw(trainingRows, metric), effects.length);
    const heldOut = draw(heldOutRows, metric);
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

const scenarios: readonly Scenario[] = (["rmse", "auc"] as const).flatMap((metric) => [
  { name: "no better: one champion", metric, championUses: effects.length, replaces: false },
  { name: "no better: the promoted replace it", metric, championUses: effects.length, replaces: true },
  { name: "better: knows a feature more", metric, championUses: effects.length - 1, replaces: false },
]);

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Prints how many of 1,000 retrainings the gate promotes, beside how many have the better figure. */
function main(): void {
  console.log(
    `${retrainings} retrainings on fresh draws of one population: ${trainingRows} training rows, ${heldOutRows} held out`,
  );
  const rows = scenarios.map((scenario) => {
    const { anyBetter, promoted } = simulate(scenario);
    return [scenario.name, scenario.metric, percent(anyBetter), percent(promoted)];
  });
  printTable(["The candidates are", "Metric", "Better figure", "Promoted"], rows);
}

main();
