import { LinearModel } from "../../../platform/onnx/linear-model";
import type { LinearParameters } from "../../../platform/onnx/linear-parameters";
import type { FeatureTable, Predictions } from "../../../platform/model/table";
import type { ScoringModel } from "../../../scoring/model/scorer";

/** A model that answers later and cannot explain itself, as one on the ONNX runtime; it fails at one value of `a`. */
export class OnnxLike implements ScoringModel {
  readonly signature;
  private readonly model: LinearModel;

  constructor(
    parameters: LinearParameters,
    private readonly failsAt = NaN,
  ) {
    this.model = new LinearModel(parameters);
    this.signature = this.model.signature;
  }

  async predict(table: FeatureTable): Promise<Predictions> {
    await Promise.resolve();
    const values = table.columns.get("a");
    if (values?.[0] === this.failsAt) throw new Error("the secret cause");
    return this.model.predict(table);
  }
}
