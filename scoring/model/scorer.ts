import type { ServingLimits } from "../../platform/definition/definition";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import { predictionSource, type PredictionSource } from "../../platform/predictions/prediction-frames";
import type { PredictionLog } from "../../platform/predictions/prediction-writer";
import type { Signature } from "../../platform/model/signature";
import type { FeatureTable, Predictions } from "../../platform/model/table";
import type { Explanation } from "../../platform/onnx/explanation";
import type { InputTooLarge } from "../../platform/onnx/input-too-large";
import { checkExplainable } from "./explain";
import { explainInTurns } from "./explain-in-turns";
import { isPromise, Limiter, type Caller } from "./limiter";
import { RequestProblem } from "../problems/problem";
import type { InputRows } from "../rows/row-table";
import { isSampled, type RequestMark, type ScoreNotes } from "./score-notes";

/** The part of a loaded model that the service needs. */
export interface ScoringModel {
  readonly signature: Signature;
  predict(table: FeatureTable): Promise<Predictions> | Predictions;
  /** What each feature adds to each prediction, where the model can say so exactly. */
  explain?(table: FeatureTable): Explanation;
  /** Rows with numbers that the model cannot calculate with, although each is finite. */
  findTooLarge?(table: FeatureTable): readonly InputTooLarge[];
  /** Frees what it holds; it is not used afterwards. */
  close?(): Promise<void>;
}

/** How a process gets its model: a loaded model directory, which may be wrapped. */
export type LoadModel = (modelDirectory: string) => Promise<ScoringModel>;

export interface ScorerOptions {
  readonly model: ScoringModel;
  /** `name:version`. */
  readonly reference: string;
  readonly limits: ServingLimits & { readonly maxWaiting?: number };
  readonly log?: PredictionLog;
  /** Features that the log leaves out. */
  readonly redact?: readonly string[];
  /** Is told what every request was answered that is a sample of the track. */
  readonly onScored?: (predictions: Predictions) => void;
  /** Is told of values that are outside of their feature's range or list and were taken, by feature. */
  readonly onOutside?: (outside: ReadonlyMap<string, number>) => void;
}

/** A request, as far as scoring it is concerned. */
export interface ScoreRequest {
  readonly id: string;
  /** Whether it is one of our own: a test's is logged as such, and a copy is not logged. */
  readonly mark?: RequestMark | undefined;
  /** Whether its client has chosen the track, so that it is no sample of it. */
  readonly isChosen?: boolean;
  /** Its connection: a request whose client has gone before its turn is not scored. */
  readonly caller?: Caller;
  /** Is filled in for the metrics and the request log. */
  readonly notes?: ScoreNotes;
}

/** Requests that may wait while all places are taken, unless a setting says otherwise. */
const maxWaiting = 1000;

/** Throws when the model did not answer every row with a finite number: such a prediction never leaves the service. */
function assertUsable(
  { prediction, probability, probabilities }: Predictions,
  rows: number,
  classes: number,
): void {
  assertFinite("prediction", prediction, { rows });
  if (probability !== undefined) assertFinite("probability", probability, { rows });
  if (probabilities !== undefined) assertFinite("probability", probabilities, { rows, width: classes });
}

function assertFinite(
  what: string,
  values: Float64Array | string[],
  { rows, width = 1 }: { readonly rows: number; readonly width?: number },
): void {
  if (values.length !== rows * width)
    throw new Error(`The model gave ${values.length} ${what} values for ${rows} rows.`);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new Error(`The model's ${what} for row ${Math.floor(index / width)} is ${value}.`);
    }
  }
}

/** What every dialect of the service ends in: rows, already checked, go through the limits to the model and into the log. */
export class Scorer {
  readonly signature: Signature;
  readonly reference: string;
  private readonly limiter: Limiter;
  /** One at a time: each takes its share of a turn of the event loop. */
  private readonly explainer: Limiter;
  private readonly source: PredictionSource;
  private readonly testSource: PredictionSource;

  constructor(private readonly options: ScorerOptions) {
    this.signature = options.model.signature;
    this.reference = options.reference;
    this.source = predictionSource(this.signature, { model: this.reference, redact: options.redact ?? [] });
    this.testSource = { ...this.source, test: true };
    this.limiter = new Limiter({ maxWaiting, ...options.limits });
    this.explainer = new Limiter({ maxWaiting, ...options.limits, concurrency: 1 });
  }

  /** Requests that the model works on. */
  get running(): number {
    return this.limiter.running;
  }

  /** Requests that wait for a place. */
  get waiting(): number {
    return this.limiter.waiting;
  }

  async score(rows: InputRows, request: ScoreRequest): Promise<Predictions> {
    const { table } = rows;
    const { id, mark, notes } = request;
    if (notes !== undefined) {
      notes.rows = table.rows;
      notes.askedAt = performance.now();
    }
    const running = this.limiter.run(() => {
      if (notes !== undefined) notes.startedAt = performance.now();
      return this.predict(table);
    }, request.caller);
    const predictions = isPromise(running) ? await running : running;
    if (notes !== undefined) notes.endedAt = performance.now();
    // The record is on the spool before the answer is sent: what is answered is never lost with the process.
    if (mark !== "shadow") {
      const source = mark === "test" ? this.testSource : this.source;
      const kept = this.options.log?.append(source, { id, time: Date.now(), table, predictions });
      if (kept !== undefined) await kept;
    }
    if (isSampled(request)) this.options.onScored?.(predictions);
    if (rows.outside !== undefined) this.options.onOutside?.(rows.outside);
    return predictions;
  }

  /** What each feature adds to the predictions of rows; refused when the model cannot say. */
  async explain(rows: InputRows, caller?: Caller): Promise<Explanation> {
    const { model } = this.options;
    if (model.explain !== undefined) {
      checkExplainable(rows.table.rows, this.signature);
      const { timeoutMs } = this.options.limits;
      const explain = model.explain.bind(model);
      return this.explainer.run(() => explainInTurns(explain, rows.table, { timeoutMs, caller }), caller);
    }
    throw new RequestProblem(
      "NOT_EXPLAINABLE",
      `${this.reference} is neither a linear model nor boosted trees, so what each feature adds is not known exactly. Leave out "explain".`,
    );
  }

  /** Throws MODEL_INVALID when the model cannot score rows that it should. */
  async assertScores(rows: InputRows): Promise<void> {
    try {
      await this.predict(rows.table);
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new PlatformError(
        "MODEL_INVALID",
        `${this.reference} cannot score its own example: ${reason} Train it again, or restore its model directory.`,
        { cause },
      );
    }
  }

  /** A promise only when the model gives one: the limits cost less for a model that answers in the same turn. */
  private predict(table: FeatureTable): Promise<Predictions> | Predictions {
    const checked = (predictions: Predictions): Predictions => {
      assertUsable(predictions, table.rows, this.signature.target.classes?.length ?? 1);
      return predictions;
    };
    const predictions = this.options.model.predict(table);
    return isPromise(predictions) ? predictions.then(checked) : checked(predictions);
  }
}
