interface MetricFacts {
  readonly task: "regression" | "classification";
  /** Of a classification: how many classes it is for; any number where that is not said. */
  readonly classes?: "two" | "several";
  readonly better: "higher" | "lower";
  readonly description: string;
}

/** The metrics a gate may use. `better` is a property of the metric, not a choice. */
export const metrics = {
  rmse: {
    task: "regression",
    better: "lower",
    description: "root mean squared error, in units of the target",
  },
  mae: { task: "regression", better: "lower", description: "mean absolute error, in units of the target" },
  r2: {
    task: "regression",
    better: "higher",
    description: "share of the target's variance explained, at most 1",
  },
  auc: {
    task: "classification",
    classes: "two",
    better: "higher",
    description: "area under the ROC curve, 0..1; 0.5 is chance",
  },
  aucMacro: {
    task: "classification",
    classes: "several",
    better: "higher",
    description: "area under the ROC curve of each class against the rest, their mean, 0..1; 0.5 is chance",
  },
  aucWeighted: {
    task: "classification",
    classes: "several",
    better: "higher",
    description:
      "area under the ROC curve of each class against the rest, their mean by the classes' shares, 0..1",
  },
  averagePrecision: {
    task: "classification",
    classes: "two",
    better: "higher",
    description: "mean precision over the recall, 0..1; the positive share is chance",
  },
  logLoss: { task: "classification", better: "lower", description: "mean negative log-likelihood, in nats" },
  brier: {
    task: "classification",
    classes: "two",
    better: "lower",
    description: "mean squared error of the probability, 0..1",
  },
  accuracy: { task: "classification", better: "higher", description: "share of correct labels, 0..1" },
  balancedAccuracy: {
    task: "classification",
    better: "higher",
    description: "share of correct labels in each class, their mean, 0..1",
  },
  precision: {
    task: "classification",
    classes: "two",
    better: "higher",
    description: "share of the rows called positive that are, 0..1",
  },
  recall: {
    task: "classification",
    classes: "two",
    better: "higher",
    description: "share of the positive rows that are called so, 0..1",
  },
  f1: {
    task: "classification",
    classes: "two",
    better: "higher",
    description: "harmonic mean of precision and recall, 0..1",
  },
  f1Macro: {
    task: "classification",
    classes: "several",
    better: "higher",
    description: "F1 of each class, their mean, 0..1",
  },
  f1Weighted: {
    task: "classification",
    classes: "several",
    better: "higher",
    description: "F1 of each class, their mean by the classes' shares, 0..1",
  },
  mcc: {
    task: "classification",
    better: "higher",
    description: "correlation of labels and classes (Matthews), -1..1; 0 is chance",
  },
} as const satisfies Readonly<Record<string, MetricFacts>>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];

/** The metrics of a task; `classes` is how many a classification tells apart, two unless said otherwise. */
export function metricNamesOf(task: MetricFacts["task"], classes = 2): MetricName[] {
  const found = classes > 2 ? "several" : "two";
  return metricNames.filter((name) => {
    const facts: MetricFacts = metrics[name];
    return facts.task === task && (facts.classes ?? found) === found;
  });
}

/** Metrics of one model on one set of rows. One that cannot be computed (AUC with one class) is absent. */
export type Metrics = Partial<Record<MetricName, number>>;
