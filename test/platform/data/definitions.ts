import diabetesModel from "../../../models/diabetes/model";
import titanicModel from "../../../models/titanic/model";
import type { ModelDefinition, ModelDefinitionInput } from "../../../platform/definition/definition";
import { parseModelDefinition } from "../../../platform/definition/definition";

type ColumnInput = ModelDefinitionInput["columns"][number];

export const diabetes = parseModelDefinition(diabetesModel, "diabetes");
export const titanic = parseModelDefinition(titanicModel, "titanic");

/** The definition with more columns, parsed anew. */
export function withColumns(definition: ModelDefinition, ...columns: ColumnInput[]): ModelDefinition {
  return parseModelDefinition(
    { ...definition, columns: [...definition.columns, ...columns] },
    definition.name,
  );
}

/** A regression on number columns without ranges; the last one is the target. */
export function numbersOnly(
  names: readonly string[],
  changes: Partial<ModelDefinitionInput> = {},
): ModelDefinition {
  return parseModelDefinition(
    {
      name: "numbers",
      task: "regression",
      data: "data.csv",
      columns: names.map((name, index) => ({
        name,
        type: "number",
        role: index === names.length - 1 ? "target" : "feature",
      })),
      trainer: { kind: "ridge", alpha: 1 },
      gate: { metric: "rmse" },
      ...changes,
    },
    "numbers",
  );
}

export const scaledDiabetes = numbersOnly([..."AGE,SEX,BMI,BP,S1,S2,S3,S4,S5,S6,Y".split(",")]);
