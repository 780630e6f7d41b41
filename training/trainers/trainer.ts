import type { ModelDefinition } from "../../platform/definition/definition";
import type { TrainerKind, TrainerSettings } from "../../platform/definition/trainers";
import type { Signature } from "../../platform/model/signature";
import type { Lineage } from "../../platform/model/model-directory";
import type { LinearParameters, MultinomialParameters } from "../../platform/onnx/linear-parameters";
import type { TreeParameters } from "../../platform/onnx/tree-parameters";
import type { FoldMaker } from "../inputs/folds";
import type { RowConsumer } from "../../platform/drift/profile-numbers";
import type { SqlEngine } from "../../platform/sql/engine";

/** What a trainer is given, whatever its kind. */
export interface TrainerInput {
  readonly engine: SqlEngine;
  readonly definition: ModelDefinition;
  /** The training rows, as what follows FROM. */
  readonly from: string;
  /** Takes the training rows when a trainer reads them, if it does so in this process; it need not. */
  readonly beside?: RowConsumer | undefined;
  /** Folder that a trainer's program is started in: the model's. */
  readonly commandDirectory: string;
  /** Folder that a trainer may make for its files; it removes it. */
  readonly workDirectory: string;
  /** The training rows, or a part of them, in folds that follow the split: for what is chosen on rows that a model had not seen. */
  readonly folds?: FoldMaker | undefined;
  /** Folder in which what a trainer's program saw and left is kept; nothing is when absent. */
  readonly keptWork?: string | undefined;
  /** File that all that a trainer's program prints is added to. */
  readonly programLog?: string | undefined;
  /** Folder of the Python environments that trainers' programs run in. */
  readonly environments?: string | undefined;
  /** Gets each line that a trainer's program prints. */
  readonly onOutput?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a trainer's program is known by before it runs. */
export type ProgramInput = Pick<
  TrainerInput,
  "definition" | "commandDirectory" | "environments" | "programLog" | "onOutput" | "signal"
>;

/** What a model is made of, where that is known: one of them at most. */
export interface FittedParameters {
  /** Where the model is linear: it is scored and explained by these. */
  readonly linear?: LinearParameters | undefined;
  /** The same of more than two classes. */
  readonly multinomial?: MultinomialParameters | undefined;
  /** Where the model is trees: its golden rows are computed by these. */
  readonly trees?: TreeParameters | undefined;
}

export interface FittedModel extends FittedParameters {
  /** Content of `model.onnx`. */
  readonly onnx: Uint8Array;
  /** Settings that the trainer has chosen by itself, by name. */
  readonly chosen?: Readonly<Record<string, number>>;
  /** What a person should know of how it was fitted: whole sentences. */
  readonly warnings?: readonly string[];
}

/** A fitted model with what it takes and gives. */
export interface SignedModel extends FittedModel {
  readonly signature: Signature;
}

/** A way to fit a model to the training rows. */
export interface Trainer<Kind extends TrainerKind = TrainerKind> {
  /** Equal rows in equal order give an equal model. */
  fit(input: TrainerInput, settings: TrainerSettings<Kind>): Promise<FittedModel>;
  /** The program that fits, where it is not this one, as it is now. */
  describeProgram?(
    input: ProgramInput,
    settings: TrainerSettings<Kind>,
  ): Promise<NonNullable<Lineage["program"]>>;
}
