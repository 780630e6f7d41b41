import path from "node:path";
import { checkData } from "../platform/data/checks";
import type { DataSource } from "../platform/data/source";
import { splitData } from "../platform/data/split";
import { PlatformError } from "../platform/base/errors";
import { promotionDecisionSchema, type PromotionDecision } from "../platform/metrics/evaluation";
import { writeJson } from "../platform/base/files";
import type { DataReport } from "../platform/data/findings";
import { readLineage, readReference } from "../platform/model/model-directory";
import { newRunId } from "../platform/base/run-id";
import type { Settings } from "../platform/settings/settings";
import { findRecord } from "../platform/base/stored-record";
import { compareWithChampion, type Comparison } from "./evaluation/compare";
import { train, type TrainedModel } from "./directory/train";
import {
  readChampion,
  withWorkbench,
  type ChampionPackage,
  type PinnedData,
  type Workbench,
} from "./job/workbench";

export interface StepFlags {
  readonly model: string;
  readonly data?: string;
  /** Data as a step before this one has checked it. */
  readonly pinned?: PinnedData;
  /** Folder of the package that production serves. */
  readonly champion?: string;
}

/** What was found in data, and which data that is. */
interface CheckedData {
  readonly report: DataReport;
  readonly source: DataSource;
}

type TrainingSettings = Settings<"training">;

function models({ models }: TrainingSettings): string {
  return models ?? path.join(__dirname, "..", "models");
}

async function findChampion({ champion }: StepFlags): Promise<ChampionPackage | undefined> {
  return champion === undefined ? undefined : readChampion(champion);
}

async function check({ engine, definition, source }: Workbench, flags: StepFlags): Promise<DataReport> {
  const champion = await findChampion(flags);
  return checkData(
    engine,
    definition,
    source,
    champion && { model: champion.model, profile: await readReference(champion.directory) },
  );
}

/** A line for each error of a report, with the rows and values concerned. */
export function errorsOf(report: DataReport): string[] {
  return report.findings
    .filter(({ severity }) => severity === "error")
    .map(({ message, examples = [] }) => {
      const rows = examples.map(({ row, value }) => `row ${row}: "${value}"`).join(", ");
      return `  - ${message}${rows === "" ? "" : ` First: ${rows}.`}`;
    });
}

/** Checks data against the definition and the champion's reference sample. */
export function checkStep(settings: TrainingSettings, flags: StepFlags): Promise<CheckedData> {
  return withWorkbench({ ...flags, models: models(settings) }, async (workbench) => ({
    report: await check(workbench, flags),
    source: workbench.source,
  }));
}

/** The commit in a revision of the image's: `<commit>` or `<commit>-dirty`. */
function codeOf(revision: string | undefined): { commit?: string; dirty?: boolean } {
  if (revision === undefined || revision === "") return {};
  return { commit: revision.replace(/-dirty$/, ""), dirty: revision.endsWith("-dirty") };
}

/** Checks and splits the data and trains a candidate into `output`. */
export function trainStep(
  settings: TrainingSettings,
  flags: StepFlags & {
    readonly output: string;
    readonly run?: string;
    /** `name:version` for the lineage, when the champion itself is not needed. */
    readonly comparedWith?: string;
    readonly signal: AbortSignal;
  },
): Promise<TrainedModel> {
  return withWorkbench({ ...flags, models: models(settings) }, async (workbench) => {
    const { engine, definition, source, directory } = workbench;
    const faults = errorsOf(await check(workbench, flags));
    if (faults.length > 0) {
      throw new PlatformError(
        "DATA_INVALID",
        `The data has faults. Nothing was trained. Correct:\n${faults.join("\n")}`,
      );
    }
    await splitData(engine, definition);
    const champion = flags.comparedWith ?? (await findChampion(flags))?.model;
    const now = new Date();
    return train({
      engine,
      definition,
      source,
      outputDirectory: path.resolve(flags.output),
      run: flags.run ?? newRunId(definition.name, now),
      now,
      commandDirectory: directory,
      code: codeOf(settings.codeRevision),
      ...(champion !== undefined && { champion }),
      signal: flags.signal,
      onOutput: (line) => void process.stderr.write(`${line}\n`),
    });
  });
}

/** Compares a candidate with the champion on held-out rows; leaves `evaluation.json` and `decision.json` in `output`. */
export function evaluateStep(
  settings: TrainingSettings,
  flags: StepFlags & { readonly candidate: string; readonly output: string },
): Promise<Comparison> {
  return withWorkbench({ ...flags, models: models(settings) }, async ({ engine, definition, source }) => {
    const { data } = await readLineage(flags.candidate);
    if (data.digest !== source.digest) {
      throw new PlatformError(
        "CONFLICT",
        `${source.file} is not the data that ${flags.candidate} was trained on. Its held-out rows would be others. Give the data it was trained on, or train again.`,
      );
    }
    const { evaluation, decision } = await compareWithChampion({
      engine,
      definition,
      candidate: flags.candidate,
      champion: await findChampion(flags),
      evaluation: settings.evaluation,
    });
    await writeJson(path.join(flags.output, "evaluation.json"), evaluation);
    await writeJson(path.join(flags.output, "decision.json"), decision);
    return { evaluation, decision };
  });
}

/** The gate's decision in a file that `evaluate` left. */
export async function readDecision(file: string): Promise<PromotionDecision> {
  const decision = await findRecord(file, promotionDecisionSchema, "Evaluate the candidate again.");
  if (decision !== undefined) return decision;
  throw new PlatformError(
    "NOT_FOUND",
    `${file} does not exist. \`evaluate\` leaves the gate's decision there. Evaluate the candidate first.`,
  );
}
