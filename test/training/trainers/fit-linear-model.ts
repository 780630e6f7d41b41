import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition } from "../../../platform/definition/definition";
import type { LinearParameters } from "../../../platform/onnx/linear-parameters";
import type { SqlEngine } from "../../../platform/sql/engine";
import { fitModel } from "../../../training/trainers/trainers";

/** The parameters that the definition's linear trainer finds for the rows of `from`. */
export async function fitLinearModel(
  engine: SqlEngine,
  definition: ModelDefinition,
  from: string,
): Promise<LinearParameters> {
  const { linear } = await fitModel({
    engine,
    definition,
    from,
    commandDirectory: tmpdir(),
    workDirectory: path.join(tmpdir(), "unused"),
  });
  if (!linear) throw new Error(`The trainer "${definition.trainer.kind}" fits no linear model.`);
  return linear;
}
