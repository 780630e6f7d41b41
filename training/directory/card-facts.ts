import type { ModelDefinition } from "../../platform/definition/definition";
import type { Lineage, ModelMetrics } from "../../platform/model/model-directory";
import type { LinearParameters, MultinomialParameters } from "../../platform/onnx/linear-parameters";

/** What a model card is made from. */
export interface CardFacts {
  readonly definition: ModelDefinition;
  readonly metrics: ModelMetrics;
  readonly lineage: Lineage;
  /** Absent when a program of its own has trained the model. */
  readonly linear?: LinearParameters | MultinomialParameters | undefined;
}
