import type { ModelDefinitionInput } from "../../platform/definition/definition";

const definition: ModelDefinitionInput = {
  name: "titanic",
  description: "Whether a passenger of the Titanic survived.",
  task: "classification",
  data: "data.csv",
  columns: [
    { name: "pclass", type: "category", values: ["1", "2", "3"], description: "Ticket class" },
    { name: "sex", type: "category", values: ["female", "male"], description: "Sex" },
    { name: "age", type: "number", nullable: true, range: [0, 100], unit: "years", description: "Age" },
    { name: "sibsp", type: "number", range: [0, 20], description: "Siblings and spouses aboard" },
    { name: "parch", type: "number", range: [0, 20], description: "Parents and children aboard" },
    { name: "fare", type: "number", nullable: true, range: [0, 600], unit: "£", description: "Fare paid" },
    {
      name: "embarked",
      type: "category",
      nullable: true,
      values: ["C", "Q", "S"],
      description: "Port of embarkation",
    },
    { name: "survived", type: "boolean", role: "target", description: "Survived the sinking" },
  ],
  // Passengers of one class, sex and fare are often told apart by nothing else.
  checks: { maxDuplicates: 0.2 },
  split: { testFraction: 0.2, seed: 1 },
  trainer: { kind: "logistic", l2: 1 },
  gate: {
    metric: "auc",
    minImprovement: 0.002,
    floors: [{ metric: "accuracy", min: 0.7 }],
    slices: [{ column: "sex", mayBeWorseBy: 0.03 }],
  },
  card: {
    intendedUse: "To show a classification, with missing values and groups that are judged by themselves.",
    intendedUsers: "People who try this platform, and its own tests.",
    outOfScope: "Any statement about people of today, or about another ship.",
    factors: "Class of the ticket, sex and age, by which places in the boats were given.",
    evaluationData: "It stands for passengers of that ship alone.",
    ethicalConsiderations: "The passengers are historical persons. Their names are not in the data.",
    slices: [{ column: "pclass" }],
  },
};

export default definition;
