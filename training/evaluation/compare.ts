import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import type { Evaluation, PromotionDecision } from "../../platform/metrics/evaluation";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import { decidePromotion, type PromotionInput } from "../../platform/gate/promotion";
import { readLineage, readModelMetrics } from "../../platform/model/model-directory";
import { splitData } from "../../platform/data/split";
import type { SqlEngine } from "../../platform/sql/engine";
import { evaluate } from "./evaluate";

export interface Comparison {
  readonly evaluation: Evaluation;
  readonly decision: PromotionDecision;
}

/** The gate's metric of a champion when it was registered; undefined where that was on the candidate's own data. */
async function registeredValue(
  { gate }: ModelDefinition,
  candidate: string,
  champion: string,
): Promise<number | undefined> {
  const [now, before] = await Promise.all([readLineage(candidate), readLineage(champion)]);
  if (now.data.digest === before.data.digest) return undefined;
  return (await readModelMetrics(champion)).heldOut.metrics[gate.metric];
}

/** Measures a candidate and the champion on the same held-out rows of the loaded table `data`, and asks the gate. */
export async function compareWithChampion(request: {
  readonly engine: SqlEngine;
  readonly definition: ModelDefinition;
  /** The candidate's model directory. */
  readonly candidate: string;
  /** What production serves: `name:version` and its model directory; absent when it serves nothing. */
  readonly champion: { readonly model: string; readonly directory: string } | undefined;
  readonly evaluation: PromotionInput["evaluation"];
}): Promise<Comparison> {
  const { engine, definition, champion } = request;
  await splitData(engine, definition);
  const candidate = await OnnxModel.load(request.candidate);
  const onnx = champion && (await OnnxModel.load(champion.directory));
  try {
    const {
      evaluation,
      champion: scores,
      ...measured
    } = await evaluate({
      engine,
      definition,
      candidate,
      ...(champion && onnx && { champion: { model: champion.model, onnx } }),
    });
    const decision = decidePromotion({
      ...measured,
      ...(champion &&
        scores && {
          champion: {
            ...scores,
            registered: await registeredValue(definition, request.candidate, champion.directory),
          },
        }),
      rule: definition.gate,
      unit: targetOf(definition).unit,
      seed: definition.split.seed,
      evaluation: request.evaluation,
    });
    return { evaluation, decision };
  } finally {
    await candidate.close();
    await onnx?.close();
  }
}
