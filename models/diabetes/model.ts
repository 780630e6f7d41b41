import type { ModelDefinitionInput } from "../../platform/definition/definition";

const definition: ModelDefinitionInput = {
  name: "diabetes",
  description:
    "Progression of diabetes one year after baseline (Efron et al., Least Angle Regression, 2004).",
  task: "regression",
  data: "data.csv",
  columns: [
    { name: "age", type: "number", range: [0, 120], unit: "years", description: "Age" },
    { name: "sex", type: "number", range: [1, 2], description: "Sex, 1 or 2 as coded in the study" },
    { name: "bmi", type: "number", range: [10, 70], unit: "kg/m²", description: "Body mass index" },
    { name: "bp", type: "number", range: [40, 200], unit: "mmHg", description: "Average blood pressure" },
    { name: "s1", type: "number", range: [50, 500], unit: "mg/dl", description: "Total serum cholesterol" },
    { name: "s2", type: "number", range: [10, 400], unit: "mg/dl", description: "Low-density lipoproteins" },
    { name: "s3", type: "number", range: [5, 150], unit: "mg/dl", description: "High-density lipoproteins" },
    { name: "s4", type: "number", range: [1, 15], description: "Total cholesterol / HDL" },
    {
      name: "s5",
      type: "number",
      range: [2, 8],
      unit: "log(mg/dl)",
      description: "Log of serum triglycerides",
    },
    { name: "s6", type: "number", range: [30, 300], unit: "mg/dl", description: "Blood sugar" },
    {
      name: "progression",
      type: "number",
      role: "target",
      range: [0, 500],
      description: "Disease progression one year after baseline",
    },
  ],
  split: { testFraction: 0.2, seed: 1 },
  trainer: { kind: "ridge", alpha: 1 },
  gate: {
    metric: "rmse",
    minImprovement: 0.1,
    floors: [{ metric: "r2", min: 0.3 }],
    slices: [{ column: "age", at: [50], mayBeWorseBy: 3 }],
  },
  page: true,
  card: {
    intendedUse: "To show the life of a model, from data to production and back.",
    intendedUsers: "People who try this platform, and its own tests.",
    outOfScope: "Any decision about the health of a person.",
    factors: "Age, sex and body mass index of the patients; the laboratory that measured the serum.",
    trainingData:
      "442 patients of one study, published with Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, Annals of Statistics 32 (2004).",
    evaluationData: "It stands for patients of that study alone.",
    ethicalConsiderations: "The data tells the health of people; it names none of them.",
    limitations: "The measure of progression is the study's own.",
    slices: [{ column: "sex", at: [1] }],
  },
};

export default definition;
