import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import type { Digest } from "../../platform/base/files";
import { digestOfRows } from "../../platform/data/split/digest-of-rows";
import { hasOtherTarget, type AcceptedChange } from "../../platform/data/checks/distribution-check";
import { breakingChanges } from "../../platform/gate/breaking-changes";
import type { Signature } from "../../platform/model/signature";
import { decideSplitRule } from "../../platform/data/split/split-rule";
import { pickRows } from "../../platform/metrics/pick-rows";
import { predictionShift, type PredictionShift } from "../../platform/metrics/prediction-shift";
import type { Evaluation, PromotionDecision, ScoredRows } from "../../platform/metrics/evaluation";
import { isExplainable } from "../../platform/onnx/explainable";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import { decidePromotion } from "../../platform/gate/promotion";
import type { PromotionInput } from "../../platform/gate/promotion-input";
import {
  readLineage,
  readModelMetrics,
  readReference,
  type Lineage,
} from "../../platform/model/model-directory";
import { splitData } from "../../platform/data/split/split";
import type { Champion } from "../inputs/champions";
import type { Workbench } from "../inputs/workbench";
import type { FormerVersions } from "../inputs/former-data";
import { readChampionFeatures } from "./champion-features";
import { unseenByChampion } from "./champion-rows";
import { evaluate } from "./evaluate";

export interface Comparison {
  readonly evaluation: Evaluation;
  readonly decision: PromotionDecision;
}

/** What the rows of a comparison are looked up in. */
export interface ComparisonRecords {
  /** The data that champions were trained on; undefined when none of it is kept. */
  readonly dataVersions?: FormerVersions | undefined;
  /** How many decisions were made on these held-out rows before; undefined where that is not known. */
  readonly countDecisions?: ((heldOut: Digest) => Promise<number | undefined>) | undefined;
}

/** The gate's metric of a champion when it was registered; undefined where that was on the candidate's own data. */
async function registeredValue(
  { gate }: ModelDefinition,
  candidate: Pick<Lineage, "data">,
  champion: string,
): Promise<number | undefined> {
  const before = await readLineage(champion);
  if (candidate.data.digest === before.data.digest) return undefined;
  return (await readModelMetrics(champion)).heldOut.metrics[gate.metric];
}

interface Served {
  readonly directory: string;
  readonly signature: Signature;
}

/** Where the candidate breaks requests that the champion answers, and what accepts that; undefined where it does not. */
async function breakingBetween(
  champion: Served,
  candidate: Served,
  accepted: AcceptedChange | undefined,
): Promise<PromotionDecision["breaking"]> {
  const [before, now] = await Promise.all(
    [champion, candidate].map(async ({ directory, signature }) => ({
      ...signature,
      explains: await isExplainable(directory, signature),
    })),
  );
  const changes = before && now ? breakingChanges(before, now) : [];
  if (changes.length === 0) return undefined;
  return changes.map((change) =>
    accepted?.columns.some((name) => name === change.column || name === "all")
      ? { ...change, acceptedBy: accepted.by }
      : change,
  );
}

/** Reasons by which a candidate is better by the truth, and not for want of something to compare with. */
const better: readonly PromotionDecision["reason"][] = ["better", "champion-fell"];

/** How the candidate's predictions lie to the champion's on the rows that both were measured on. */
function shiftOf(
  { promote, reason }: PromotionDecision,
  {
    candidate,
    champion,
    positions,
  }: {
    readonly candidate: ScoredRows;
    readonly champion: ScoredRows | undefined;
    readonly positions: readonly number[] | undefined;
  },
): PredictionShift | undefined {
  if (!promote || !better.includes(reason) || champion === undefined || candidate.classes !== undefined)
    return undefined;
  const [before, now] = [champion, candidate].map((rows) => (positions ? pickRows(rows, positions) : rows));
  return before && now && predictionShift(before.predicted, now.predicted);
}

async function isOfOtherTarget(
  { engine, definition }: Workbench,
  { directory }: Champion,
  { data }: Lineage,
): Promise<boolean> {
  const profile = await readReference(directory);
  return profile !== undefined && (await hasOtherTarget(engine, definition, { profile, rows: data.rows }));
}

/**
 * Measures a candidate and the champion on the same held-out rows of the loaded table `data`, none of which either was trained
 * on, and asks the gate.
 */
export async function compareWithChampion(request: {
  readonly workbench: Workbench;
  /** The candidate's model directory. */
  readonly candidate: string;
  /** What production serves; absent when it serves nothing. */
  readonly champion: Champion | undefined;
  readonly records: ComparisonRecords;
  readonly evaluation: PromotionInput["evaluation"];
  /** Columns whose change may refuse requests that the champion answers. */
  readonly acceptBreaking?: AcceptedChange | undefined;
}): Promise<Comparison> {
  const { workbench, records } = request;
  // With evaluation off nothing is compared, so not even a champion that cannot be read is in the way.
  const champion = request.evaluation === "on" ? request.champion : undefined;
  const { engine, definition, source } = workbench;
  const lineage = await readLineage(request.candidate);
  const rule = lineage.split ?? decideSplitRule(definition, source.header);
  await splitData(workbench, rule);
  const seen = champion && (await unseenByChampion(workbench, champion, records.dataVersions));
  const candidate = await OnnxModel.load(request.candidate);
  const onnx = champion && (await OnnxModel.load(champion.directory));
  try {
    const features = onnx && (await readChampionFeatures(workbench, onnx.signature));
    const {
      evaluation,
      champion: scores,
      positions,
      ...measured
    } = await evaluate({
      engine,
      definition,
      candidate,
      ...(champion && onnx && { champion: { model: champion.model, onnx, unseen: seen?.unseen, features } }),
    });
    const heldOut = await digestOfRows(workbench, rule, positions);
    const earlierDecisions = await records.countDecisions?.(heldOut);
    const decision = decidePromotion({
      ...measured,
      ...(champion &&
        scores && {
          champion: {
            ...scores,
            ...seen,
            registered: await registeredValue(definition, lineage, champion.directory),
            breaking:
              onnx &&
              (await breakingBetween(
                { directory: champion.directory, signature: onnx.signature },
                { directory: request.candidate, signature: candidate.signature },
                request.acceptBreaking,
              )),
          },
        }),
      rule: definition.gate,
      unit: targetOf(definition).unit,
      classes: candidate.signature.target.classes,
      earlierDecisions,
      seed: definition.split.seed,
      evaluation: request.evaluation,
    });
    const found = shiftOf(decision, { candidate: measured.candidate, champion: scores?.rows, positions });
    // By rows of another population the gate says nothing of those that clients send.
    const isOther = found && champion && (await isOfOtherTarget(workbench, champion, lineage));
    const shift = isOther === true ? undefined : found;
    return { evaluation, decision: { ...decision, heldOut, ...(shift && { shift }) } };
  } finally {
    await candidate.close();
    await onnx?.close();
  }
}
