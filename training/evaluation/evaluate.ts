import { PlatformError } from "../../platform/base/errors";
import { computeMetrics } from "../../platform/metrics/compute-metrics";
import { classNames, severalClasses } from "../../platform/definition/class-names";
import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import type { Evaluation, ScoredRows } from "../../platform/metrics/evaluation";
import { pickComparable, type ComparedRows } from "../../platform/gate/comparable-rows";
import { coverageOf } from "../../platform/metrics/coverage";
import { evenlySpaced } from "../../platform/metrics/evenly-spaced";
import { measureClasses } from "../../platform/metrics/class-results";
import { measureCurves } from "../../platform/metrics/measure-curves";
import { pickRows } from "../../platform/metrics/pick-rows";
import type { OnnxModel } from "../../platform/onnx/onnx-model";
import type { SliceGroups } from "../../platform/gate/promotion-slices";
import { signatureOf, type Signature } from "../../platform/model/signature";
import type { SqlEngine } from "../../platform/sql/engine";
import { findFeatureFault } from "./champion-features";
import { rowsOf, scoreRows } from "./score-rows";
import { sliceGroups } from "./slices";

/** Held-out rows kept in `evaluation.json` for plots. */
const sampleRows = 2000;

/** The model in production, scored on the held-out rows, or the reason why it cannot be. */
interface ChampionScores {
  /** `name:version`. */
  readonly model: string;
  readonly rows?: ScoredRows;
  readonly incompatible?: string;
}

/** What the gate decides on. */
export interface EvaluationResult {
  readonly evaluation: Evaluation;
  readonly candidate: ScoredRows;
  readonly champion?: ChampionScores;
  /** Where the rows that both are measured on are among the held-out ones; absent when none is left out, or too few are left. */
  readonly positions?: readonly number[];
  readonly slices: readonly SliceGroups[];
}

interface EvaluationRequest {
  /** Its table `data` is loaded and split. */
  readonly engine: SqlEngine;
  readonly definition: ModelDefinition;
  readonly candidate: OnnxModel;
  readonly champion?: {
    readonly model: string;
    readonly onnx: OnnxModel;
    /** Per held-out row, whether it was not trained on it; absent where that is so of all. */
    readonly unseen?: readonly boolean[] | undefined;
    /** Table with its features and `_row`, where they are not those of the table `data`. */
    readonly features?: string | undefined;
  };
}

/**
 * Scores the candidate and the champion on the same held-out rows. What is reported is of those that the champion was not
 * trained on; where they are too few to compare, the candidate's alone.
 */
export async function evaluate(request: EvaluationRequest): Promise<EvaluationResult> {
  const { engine, definition } = request;
  const candidate = await scoreRows(engine, definition, {
    model: request.candidate,
    from: rowsOf("held-out"),
  });
  const champion = request.champion && (await scoreChampion(request, request.champion));
  const { positions, ...reported } = pickComparable(candidate, champion?.rows, request.champion?.unseen);
  return {
    candidate,
    ...(champion && { champion }),
    ...(positions && { positions }),
    slices: await sliceGroups(engine, definition.gate.slices),
    evaluation: {
      task: definition.task,
      rows: reported.candidate.actual.length,
      candidate: measured(request.candidate.signature, reported.candidate),
      ...(champion &&
        request.champion &&
        reported.champion && {
          champion: {
            model: champion.model,
            ...measured(request.champion.onnx.signature, reported.champion),
          },
        }),
      ...measureShown(definition, reported),
    },
  };
}

function measured(signature: Signature, rows: ScoredRows): Evaluation["candidate"] {
  const { threshold } = rows;
  const { interval } = signature.target;
  return {
    metrics: computeMetrics(signature.task, rows),
    ...(threshold !== undefined && { threshold }),
    ...(interval && { intervals: { ...interval, covered: coverageOf(rows, interval) } }),
  };
}

/** What plots and tables show. */
function measureShown(
  definition: ModelDefinition,
  reported: Pick<ComparedRows, "candidate" | "champion">,
): Pick<Evaluation, "sample" | "curves" | "classes"> {
  if (definition.task === "regression") return { sample: sampleOf(reported) };
  const ofBoth = <Measured>(measure: (rows: ScoredRows) => Measured) => ({
    candidate: measure(reported.candidate),
    ...(reported.champion && { champion: measure(reported.champion) }),
  });
  const classes = severalClasses(classNames(targetOf(definition)));
  return classes
    ? { classes: ofBoth((rows) => measureClasses(rows, classes)) }
    : { curves: ofBoth(measureCurves) };
}

/** Evenly spaced: the first rows of a file that is sorted are no picture of it. */
function sampleOf({
  candidate,
  champion,
}: Pick<ComparedRows, "candidate" | "champion">): NonNullable<Evaluation["sample"]> {
  const positions = evenlySpaced(candidate.actual.length, sampleRows);
  const { actual, predicted } = pickRows(candidate, positions);
  return {
    actual: Array.from(actual),
    candidate: Array.from(predicted),
    ...(champion && { champion: Array.from(pickRows(champion, positions).predicted) }),
  };
}

async function scoreChampion(
  { engine, definition }: EvaluationRequest,
  { model, onnx, features }: NonNullable<EvaluationRequest["champion"]>,
): Promise<ChampionScores> {
  const incompatible =
    findIncompatibility(onnx.signature, definition, features !== undefined) ??
    (features && (await findFeatureFault(engine, onnx.signature, features)));
  if (incompatible !== undefined) return { model, incompatible };
  try {
    return {
      model,
      rows: await scoreRows(engine, definition, { model: onnx, from: rowsOf("held-out"), features }),
    };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "MODEL_INVALID") throw error;
    // Released before such labels were refused: no reason to keep it, and none that every candidate fails.
    return { model, incompatible: error.message };
  }
}

/**
 * Why a model cannot score the rows of a definition, in words that name the columns; undefined when it can. `hasFeatures` when
 * its features are there by themselves.
 */
export function findIncompatibility(
  signature: Signature,
  definition: ModelDefinition,
  hasFeatures = false,
): string | undefined {
  const { task, target } = signatureOf(definition);
  const faults: string[] = [];
  if (signature.task !== task) faults.push(`it is a ${signature.task}, not a ${task}`);
  else if (signature.target.name !== target.name) {
    faults.push(`it predicts "${signature.target.name}", not "${target.name}"`);
  } else if (JSON.stringify(signature.target.classes) !== JSON.stringify(target.classes)) {
    faults.push(`its classes are ${signature.target.classes?.join(", ")}, not ${target.classes?.join(", ")}`);
  }
  for (const { name, type } of hasFeatures ? [] : signature.inputs) {
    const column = definition.columns.find((candidate) => candidate.name === name);
    if (!column) faults.push(`it needs the column "${name}", which the definition no longer has`);
    else if (column.role === "target") faults.push(`it takes "${name}", now the target, as a feature`);
    else if (column.type !== type) {
      faults.push(`it takes column "${name}" as a ${type}, which is now a ${column.type}`);
    }
  }
  return faults.length > 0 ? faults.join("; ") : undefined;
}
