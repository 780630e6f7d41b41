import type { PredictionInterval } from "../metrics/prediction-interval";
import type { ColumnDefinition, DataFormat, ModelDefinition, Task } from "../definition/definition";
import { classNames, type ClassNames } from "../definition/class-names";
import type { IsotonicCalibration } from "./isotonic-calibration";
import type { TargetTransform } from "./target-transform";
import { featuresOf, targetOf } from "../definition/definition";

/** A feature as the model expects it. */
export type SignatureColumn = Pick<
  ColumnDefinition,
  "name" | "type" | "nullable" | "values" | "range" | "parts" | "also" | "outside" | "unit" | "description"
> & {
  /** What a model takes is its place among `values`. */
  readonly encoding?: "rank";
  /** Its values may identify a person, and are never logged. */
  readonly personal?: true;
};

/** What a model takes and gives; the part of its definition that travels with it. */
export interface Signature {
  readonly task: Task;
  /** Features, in the order of positional input. */
  readonly inputs: readonly SignatureColumn[];
  /** How values are written in text, where that is not the usual way. */
  readonly format?: DataFormat;
  readonly target: {
    readonly name: string;
    readonly unit?: string;
    /** Classification: the classes, of two the negative first; 0 and 1 for a boolean target. */
    readonly classes?: ClassNames;
    /** Two classes: the probability above which the positive one is predicted, 0..1; 0.5 where it was not chosen. */
    readonly threshold?: number;
    /** Two classes: what log-odds are as probabilities, where that is not the logistic function. */
    readonly calibration?: IsotonicCalibration;
    /** Regression: where a model is linear in a power of the target, which one, and the way back. */
    readonly transform?: TargetTransform;
    /** Regression: which targets are to be expected around a prediction; absent where that is not known. */
    readonly interval?: PredictionInterval;
  };
}

function isUsual({ decimal, thousands, missing }: DataFormat): boolean {
  return decimal === "." && thousands === undefined && missing.length === 0;
}

export function signatureOf(definition: ModelDefinition): Signature {
  const target = targetOf(definition);
  return {
    task: definition.task,
    ...(!isUsual(definition.format) && { format: definition.format }),
    inputs: featuresOf(definition).map(
      ({
        name,
        type,
        nullable,
        values,
        encoding,
        range,
        parts,
        also,
        outside,
        personal,
        unit,
        description,
      }) => ({
        name,
        type,
        nullable,
        ...(values && { values }),
        ...(encoding === "rank" && { encoding }),
        ...(range && { range }),
        ...(parts && { parts }),
        ...(also && { also }),
        ...(outside && { outside }),
        ...(personal && { personal }),
        ...(unit !== undefined && { unit }),
        ...(description !== undefined && { description }),
      }),
    ),
    target: {
      name: target.name,
      ...(target.unit !== undefined && { unit: target.unit }),
      ...(definition.task === "classification" && { classes: classNames(target) }),
    },
  };
}
