import path from "node:path";
import { checkData } from "../platform/data/checks/checks";
import type { AcceptedChange } from "../platform/data/checks/distribution-check";
import { splitData } from "../platform/data/split/split";
import { PlatformError } from "../platform/base/errors";
import { promotionDecisionSchema, type PromotionDecision } from "../platform/metrics/evaluation";
import { writeJson } from "../platform/base/files";
import { errorLines, type DataReport } from "../platform/data/findings";
import { readLineage, readReference } from "../platform/model/model-directory";
import type { Registry } from "../platform/registry/registry";
import type { Settings } from "../platform/settings/settings";
import { findRecord } from "../platform/base/stored-record";
import type { Registration } from "./directory/register";
import type { TrainedModel } from "./directory/train";
import type { TrainingRequest } from "./directory/training-request";
import type { Comparison, ComparisonRecords } from "./evaluation/compare";
import type { Champion, Champions } from "./inputs/champions";
import type { Workbench } from "./inputs/workbench";

// Loaded on use: each step, and who only asks for a decision, does without what the others need.
const training = () => require("./directory/train") as typeof import("./directory/train");
const comparing = () => require("./evaluation/compare") as typeof import("./evaluation/compare");
const registering = () => require("./directory/register") as typeof import("./directory/register");

/** The change of population that the settings accept, if they do. */
export function acceptedBySettings({
  acceptPopulation,
}: Pick<Settings<"training">, "acceptPopulation">): AcceptedChange | undefined {
  if (acceptPopulation.length === 0) return undefined;
  return { columns: acceptPopulation, by: "MLOPS_ACCEPT_POPULATION" };
}

/** The changes of the input that the settings accept, although clients of the champion are refused. */
export function breakingAcceptedBySettings({
  acceptBreaking,
}: Pick<Settings<"training">, "acceptBreaking">): AcceptedChange | undefined {
  if (acceptBreaking.length === 0) return undefined;
  return { columns: acceptBreaking, by: "MLOPS_ACCEPT_BREAKING" };
}

/** Checks data against the definition, and against the rows the champion was trained on. */
export async function checkStep(
  { engine, definition, source }: Workbench,
  champions: Champions,
  accepted?: AcceptedChange,
): Promise<{ readonly report: DataReport; readonly champion: Champion | undefined }> {
  const champion = await champions.find(definition.name);
  const profile = champion && (await readReference(champion.directory));
  const options = {
    ...(champion && profile && { champion: { model: champion.model, profile } }),
    ...(accepted && { accepted }),
  };
  return { report: await checkData(engine, definition, source, options), champion };
}

/** Throws DATA_INVALID, with a line per error, unless the data may be trained on. */
export function requireSound({ findings }: DataReport): void {
  const errors = errorLines(findings);
  if (errors.length === 0) return;
  throw new PlatformError(
    "DATA_INVALID",
    `The data has faults. Nothing was trained. Correct:\n${errors.join("\n")}`,
  );
}

/** Splits the data, which has been checked, by the rule given, and trains a candidate into `outputDirectory`. */
export async function trainStep(
  workbench: Workbench,
  request: Pick<
    TrainingRequest,
    | "outputDirectory"
    | "run"
    | "code"
    | "champion"
    | "split"
    | "onOutput"
    | "signal"
    | "environments"
    | "programLog"
    | "keptWork"
  >,
): Promise<TrainedModel> {
  const { engine, definition, source, directory } = workbench;
  await splitData(workbench, request.split);
  return training().train({
    ...request,
    engine,
    definition,
    source,
    commandDirectory: directory,
    now: new Date(),
  });
}

/**
 * Compares a candidate with the champion on held-out rows of the data it was trained on; leaves `evaluation.json` and
 * `decision.json` in `output`.
 */
export async function evaluateStep(
  workbench: Workbench,
  request: {
    /** The candidate's model directory. */
    readonly candidate: string;
    readonly champions: Champions;
    readonly records: ComparisonRecords;
    readonly evaluation: Settings<"training">["evaluation"];
    /** Columns whose change may refuse requests that the champion answers. */
    readonly acceptBreaking?: AcceptedChange | undefined;
    readonly output: string;
  },
): Promise<Comparison> {
  const { definition, source } = workbench;
  const { candidate, champions, records, output } = request;
  const { data, run } = await readLineage(candidate);
  if (data.digest !== source.digest) {
    throw new PlatformError(
      "CONFLICT",
      `${source.file} is not the data that run ${run} was trained on. Its held-out rows would be others. Put that data back, or train again.`,
    );
  }
  const champion = await champions.find(definition.name);
  const comparison = await comparing().compareWithChampion({
    workbench,
    candidate,
    champion,
    records,
    evaluation: request.evaluation,
    acceptBreaking: request.acceptBreaking,
  });
  await writeJson(path.join(output, "evaluation.json"), comparison.evaluation);
  await writeJson(path.join(output, "decision.json"), comparison.decision);
  return comparison;
}

/** The gate's decision in a file that `evaluateStep` left. */
export function findDecision(file: string): Promise<PromotionDecision | undefined> {
  return findRecord(file, promotionDecisionSchema, "Evaluate the candidate again.");
}

/** The same; throws NOT_FOUND when there is none. */
export async function readDecision(file: string): Promise<PromotionDecision> {
  const decision = await findDecision(file);
  if (decision !== undefined) return decision;
  throw new PlatformError(
    "NOT_FOUND",
    `${file} does not exist. \`evaluate\` leaves the gate's decision there. Evaluate the candidate first.`,
  );
}

/** Whether a candidate may be registered: the gate let it pass, or is asked for its opinion only. */
export function mayRegister(
  { promote }: Pick<PromotionDecision, "promote">,
  onNoPromotion: Settings<"training">["onNoPromotion"],
): boolean {
  return promote || onNoPromotion === "continue";
}

/** Registers a candidate as the next version; nothing when it may not be. */
export async function registerStep(
  registry: Registry,
  request: {
    /** The candidate's model directory. */
    readonly candidate: string;
    readonly decision: PromotionDecision;
    readonly onNoPromotion: Settings<"training">["onNoPromotion"];
  },
): Promise<Registration | undefined> {
  const { candidate, decision, onNoPromotion } = request;
  if (!mayRegister(decision, onNoPromotion)) return undefined;
  return registering().registerCandidate(registry, candidate, decision);
}
