import type { ModelDefinition } from "../../platform/definition/definition";
import type { TrainerKind, TrainerSettings } from "../../platform/definition/trainers";
import type { Lineage } from "../../platform/model/model-directory";
import type { LinearParameters, MultinomialParameters } from "../../platform/onnx/linear-parameters";
import type { TreeParameters } from "../../platform/onnx/tree-parameters";
import type { SqlEngine } from "../../platform/sql/engine";

/** What a trainer is given, whatever its kind. */
export interface TrainerInput {
  readonly engine: SqlEngine;
  readonly definition: ModelDefinition;
  /** The training rows, as what follows FROM. */
  readonly from: string;
  /** Folder that a trainer's program is started in: the model's. */
  readonly commandDirectory: string;
  /** Folder that a trainer may make for its files; it removes it. */
  readonly workDirectory: string;
  /** Gets each line that a trainer's program prints. */
  readonly onOutput?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

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
  /** What a person should know of how it was fitted: whole sentences. */
  readonly warnings?: readonly string[];
}

/** A way to fit a model to the training rows. */
export interface Trainer<Kind extends TrainerKind = TrainerKind> {
  /** Equal rows in equal order give an equal model. */
  fit(input: TrainerInput, settings: TrainerSettings<Kind>): Promise<FittedModel>;
  /** The program that fits, where it is not this one, as it is now. */
  describeProgram?(
    input: Pick<TrainerInput, "definition" | "commandDirectory">,
    settings: TrainerSettings<Kind>,
  ): Promise<NonNullable<Lineage["program"]>>;
}
