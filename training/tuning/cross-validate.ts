import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import { metrics } from "../../platform/definition/metric-names";
import { parseModelDefinition, type ModelDefinition } from "../../platform/definition/definition";
import { assertNotInterrupted } from "../../platform/http/retries";
import { computeMetric } from "../../platform/metrics/compute-metrics";
import type { SplitRule } from "../../platform/data/split/split-rule";
import { scoreFitted } from "../evaluation/score-fitted";
import type { Workbench } from "../inputs/workbench";
import { fitCandidate } from "../candidate/fit-candidate";
import type { TrainerInput } from "../trainers/trainer";
import { foldMaker, makeFolds, type Folds } from "../inputs/folds";
import type { TriedSettings } from "./search-space";
import { withSetting } from "./with-setting";
import type { TunedCandidate, Tuning } from "./tuning";

/**
 * The definition with other settings of its trainer; throws DEFINITION_INVALID with every fault, and USAGE for a name below a setting
 * that is not there.
 */
export function withSettings(definition: ModelDefinition, settings: TriedSettings): ModelDefinition {
  const trainer = Object.entries(settings).reduce<object>(
    (changed, [name, value]) => withSetting({ ...changed }, name, value),
    definition.trainer,
  );
  const shown = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const what = `What a search makes of ${definition.name} (${shown.join(", ")})`;
  return parseModelDefinition({ ...definition, trainer }, what);
}

/** What a search is told while it goes on, and by whom it is ended. */
interface SearchRequest {
  readonly rule: SplitRule;
  readonly candidates: readonly TriedSettings[];
  readonly folds: number;
  readonly seed: number;
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
  /** Where a trainer's program finds its environment, and what becomes of what it prints. */
  readonly program?: Pick<TrainerInput, "environments" | "programLog" | "onOutput">;
}

/**
 * Fits every candidate to each fold's training rows and measures it, by the gate's metric, on its validation rows. Held-out rows of
 * the split table `data` are not looked at. The best has the best mean; of equal ones it is the first.
 */
export async function crossValidate(workbench: Workbench, request: SearchRequest): Promise<Tuning> {
  const { definition } = workbench;
  const { candidates, seed, signal } = request;
  const { metric } = definition.gate;
  // Before the first is fitted: a fault in the last would cost the time of all.
  const definitions = candidates.map((settings) => withSettings(definition, settings));
  const folds = await makeFolds(workbench, request.rule, { count: request.folds, seed });
  const tuned: TunedCandidate[] = [];
  for (const [index, candidate] of definitions.entries()) {
    assertNotInterrupted(signal);
    request.onProgress(`${index + 1} of ${candidates.length}`);
    const settings = candidates[index] ?? {};
    tuned.push({ settings, ...(await measure({ ...workbench, definition: candidate }, folds, request)) });
  }
  const best = bestOf(tuned, metrics[metric].better);
  if (best !== undefined) {
    return { metric, folds: folds.count, seed, before: definition.trainer, candidates: tuned, best };
  }
  const [{ fault } = { fault: "" }] = tuned;
  throw new PlatformError(
    "TRAINING_FAILED",
    `No combination could be measured by ${metric}. The first one: ${fault} Give other values with --try, or fewer folds.`,
  );
}

/** Position of the candidate with the best mean. */
function bestOf(candidates: readonly TunedCandidate[], better: "higher" | "lower"): number | undefined {
  let best: { readonly index: number; readonly mean: number } | undefined;
  for (const [index, { mean }] of candidates.entries()) {
    if (mean === undefined) continue;
    const isBetter = best === undefined || (better === "higher" ? mean > best.mean : mean < best.mean);
    if (isBetter) best = { index, mean };
  }
  return best?.index;
}

async function measure(
  workbench: Workbench,
  folds: Folds,
  request: Pick<SearchRequest, "rule" | "signal" | "program">,
): Promise<Omit<TunedCandidate, "settings">> {
  const { metric } = workbench.definition.gate;
  const scores: number[] = [];
  for (let fold = 0; fold < folds.count; fold++) {
    assertNotInterrupted(request.signal);
    try {
      const score = await scoreOfFold(workbench, folds, { ...request, fold });
      if (score === undefined)
        return { fault: `${metric} is not defined for the rows of fold ${fold + 1} of ${folds.count}.` };
      scores.push(score);
    } catch (error) {
      // One that cannot be fitted, for example without a penalty, does not stop the others.
      if (!(error instanceof PlatformError) || error.code !== "TRAINING_FAILED") throw error;
      return { fault: error.message };
    }
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { scores, mean, standardError: Math.sqrt(squares / (scores.length - 1) / scores.length) };
}

function scoreOfFold(
  { engine, definition, source, directory }: Workbench,
  folds: Folds,
  {
    fold,
    rule,
    signal,
    program,
  }: Pick<SearchRequest, "rule" | "signal" | "program"> & { readonly fold: number },
): Promise<number | undefined> {
  return withTemporaryFolder("mlops-tune-", async (folder) => {
    const fitted = await fitCandidate({
      ...program,
      engine,
      definition,
      from: folds.rows(fold, "training"),
      commandDirectory: directory,
      folds: foldMaker({ engine, definition, source }, rule, {
        count: folds.count,
        seed: definition.split.seed,
        within: folds.rows(fold, "training"),
        table: "inner_folds",
      }),
      workDirectory: path.join(folder, "work"),
      signal,
    });
    const rows = await scoreFitted({ engine, definition }, fitted, folds.rows(fold, "validation"));
    return computeMetric(definition.gate.metric, rows);
  });
}
