import type { ServingLimits } from "../platform/definition";
import { PlatformError } from "../platform/errors";
import type { PredictionLog } from "../platform/monitoring/prediction-log";
import type { Signature } from "../platform/signature";
import type { FeatureTable, Predictions } from "../platform/table";
import { Limiter } from "./limiter";
import type { InputRows } from "./read-rows";

/** The part of a loaded model that the service needs. */
export interface ScoringModel {
  readonly signature: Signature;
  predict(table: FeatureTable): Promise<Predictions>;
}

export interface ScorerOptions {
  readonly model: ScoringModel;
  /** `name:version`. */
  readonly reference: string;
  readonly limits: ServingLimits;
  readonly log?: PredictionLog;
}

/** A request, as far as scoring it is concerned. */
export interface ScoreRequest {
  readonly id: string;
  /** A copy whose answer nobody uses; it is not logged. */
  readonly shadow: boolean;
}

/** Requests that may wait while all places are taken. */
const mostWaiting = 1000;

/** Throws when the model did not answer every row with a finite number: such a prediction never leaves the service. */
export function assertUsable({ prediction, probability }: Predictions, rows: number): void {
  for (const [what, values] of Object.entries({ prediction, probability })) {
    if (values === undefined) continue;
    if (values.length !== rows)
      throw new Error(`The model gave ${values.length} ${what} values for ${rows} rows.`);
    const row = values.findIndex((value) => typeof value === "number" && !Number.isFinite(value));
    if (row >= 0) throw new Error(`The model's ${what} for row ${row} is ${values[row]}.`);
  }
}

/** What every dialect of the service ends in: rows, already checked, go through the limits to the model and into the log. */
export class Scorer {
  readonly signature: Signature;
  readonly reference: string;
  private readonly limiter: Limiter;

  constructor(private readonly options: ScorerOptions) {
    this.signature = options.model.signature;
    this.reference = options.reference;
    this.limiter = new Limiter({ ...options.limits, mostWaiting });
  }

  async score(rows: InputRows, request: ScoreRequest): Promise<Predictions> {
    const predictions = await this.limiter.run(() => this.predict(rows.table));
    if (!request.shadow) this.record(rows, predictions, request.id);
    return predictions;
  }

  /** Throws MODEL_INVALID when the model cannot score rows that it should. */
  async assertScores(rows: InputRows): Promise<void> {
    try {
      await this.predict(rows.table);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new PlatformError(
        "MODEL_INVALID",
        `${this.reference} cannot score its own example: ${reason} Train it again, or restore its model directory.`,
        { cause },
      );
    }
  }

  private async predict(table: FeatureTable): Promise<Predictions> {
    const predictions = await this.options.model.predict(table);
    assertUsable(predictions, table.rows);
    return predictions;
  }

  private record(rows: InputRows, { prediction, probability }: Predictions, id: string): void {
    this.options.log?.append({
      id,
      time: new Date().toISOString(),
      model: this.reference,
      inputs: rows.records(),
      outputs: Array.from<number | string>(prediction),
      ...(probability && { probabilities: Array.from(probability) }),
    });
  }
}
