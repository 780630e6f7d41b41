import type { DriftRule, ModelDefinition } from "../../platform/definition/definition";
import type { Deployer } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { readModelMetadata, readModelMetrics, readReference } from "../../platform/model/model-directory";
import type { DriftReport } from "../../platform/drift/drift";
import { measureDrift } from "../../platform/drift/drift";
import { ProbabilitySample } from "../../platform/predictions/estimated-rows";
import type { Label } from "../../platform/predictions/labels";
import {
  estimatePerformance,
  measurePerformance,
  type Performance,
} from "../../platform/predictions/performance";
import { TruthJoin } from "../../platform/predictions/truth-join";
import { readPredictionLog } from "../../platform/predictions/prediction-log";
import type { PredictionRecord } from "../../platform/predictions/prediction-record";
import { AskedRecords } from "./asked-records";
import { profileRecordsAgainst } from "../../platform/drift/profile-values";
import { readFromModel } from "../session/read-from-model";
import type { Session } from "../session/session";

export interface MonitorOptions {
  readonly environment: string;
  readonly model: string;
  readonly rule: DriftRule;
  /** Only requests from this moment on. */
  readonly from?: Date;
  /** Instead of what clients asked: the requests of tests whose ids begin so. */
  readonly testsOf?: string;
  /** To look at how right the predictions were, too: by the truth that is known or, without any, by an estimate. */
  readonly performance?: {
    readonly definition: Pick<ModelDefinition, "task" | "columns" | "gate" | "drift">;
    readonly labels?: readonly Label[];
    /** Joins the truth with requests from this moment on, which may be earlier than others: truth is late. */
    readonly labelsFrom?: Date;
    /** The truth is all that has ever come, so that it has rows of earlier requests is no mistake. */
    readonly accumulated?: boolean;
  };
  /** What records are dated by; by default the clock of this machine. */
  readonly now?: Date;
}

export interface MonitorResult {
  /** The version whose requests and reference sample were compared. */
  readonly version: string;
  readonly drift: DriftReport;
  /** Absent where it was not asked for, or nothing can be said of it. */
  readonly performance?: Performance;
}

/** Looks at how right a version is, while its records are read for something else. */
class PerformanceWatch {
  private readonly truth: TruthJoin | undefined;
  private readonly probabilities: ProbabilitySample;

  constructor(private readonly asked: NonNullable<MonitorOptions["performance"]>) {
    const { definition, labels } = asked;
    this.truth = labels && new TruthJoin(definition, labels);
    this.probabilities = new ProbabilitySample(definition);
  }

  async *watch(records: AsyncIterable<PredictionRecord>): AsyncIterable<PredictionRecord> {
    for await (const record of records) {
      if (this.truth === undefined) this.probabilities.add(record);
      else this.truth.add(record);
      yield record;
    }
  }

  /** Notes what another version was asked: labels of that are not unknown. */
  note(record: PredictionRecord): void {
    this.truth?.note(record);
  }

  /** Labels of rows that the log does not have; undefined without labels. */
  get unknownLabels(): number | undefined {
    return this.asked.accumulated ? undefined : this.truth?.unknown;
  }

  result(version: string, registered: Parameters<typeof measurePerformance>[2]): Performance | undefined {
    const { definition } = this.asked;
    if (this.truth !== undefined) {
      return measurePerformance(definition, this.truth.scoredBy(version), registered);
    }
    const { rows } = this.probabilities;
    return estimatePerformance(definition, { rows, expected: this.probabilities.expected() }, registered);
  }
}

async function readAll(records: AsyncIterable<unknown>): Promise<void> {
  const reading = records[Symbol.asyncIterator]();
  while (!(await reading.next()).done);
}

/** What a version was registered with; its intervals are with its signature. */
async function readRegistered(directory: string): Promise<Parameters<typeof measurePerformance>[2]> {
  const { heldOut } = await readModelMetrics(directory);
  if (heldOut.covered === undefined) return heldOut;
  const { signature } = await readModelMetadata(directory);
  return { ...heldOut, interval: signature.target.interval };
}

/** Compares what an environment was asked, by its prediction log, with the reference sample of the version it serves. */
export async function monitor(
  session: Pick<Session, "predictions" | "output" | "registry"> & { readonly deployer: Deployer },
  { environment, model, rule, from, testsOf, performance: asked, now = new Date() }: MonitorOptions,
): Promise<MonitorResult> {
  const { stable } = await session.deployer.status(environment, model);
  if (!stable) {
    throw new PlatformError(
      "NOT_FOUND",
      `No version of ${model} is in ${environment}, so there is nothing to watch. Release one with \`mlops lifecycle --model ${model}\`.`,
    );
  }
  const { reference, registered } = await readFromModel(session.registry, stable, async (directory) => ({
    reference: await readReference(directory),
    registered: asked && (await readRegistered(directory)),
  }));
  const watch = asked && new PerformanceWatch(asked);
  const pick = () =>
    new AskedRecords({ version: stable.model, testsOf, now, onOther: (record) => watch?.note(record) });
  const logFrom = (begin: Date | undefined) =>
    readPredictionLog(session.predictions, {
      environment,
      model,
      ...(begin && { from: begin }),
      report: (message) => session.output.print(message),
    });
  const { labels, labelsFrom } = asked ?? {};
  const apart = labels !== undefined && labelsFrom !== undefined;
  if (watch && apart) await readAll(watch.watch(pick().of(logFrom(labelsFrom))));
  const picked = pick();
  const records = picked.of(logFrom(from));
  const current = await profileRecordsAgainst(reference, watch && !apart ? watch.watch(records) : records);
  const performance = watch && registered && watch.result(stable.model, registered);
  const unknownLabels = watch?.unknownLabels;
  const beside = { ...picked.beside(), ...(unknownLabels !== undefined && { unknownLabels }) };
  const drift = { ...measureDrift(reference, current, rule), beside };
  return { version: stable.model, drift, ...(performance && { performance }) };
}
