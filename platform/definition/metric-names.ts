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
    better: "higher",
    description: "area under the ROC curve, 0..1; 0.5 is chance",
  },
  logLoss: { task: "classification", better: "lower", description: "mean negative log-likelihood, in nats" },
  brier: {
    task: "classification",
    better: "lower",
    description: "mean squared error of the probability, 0..1",
  },
  accuracy: { task: "classification", better: "higher", description: "share of correct labels, 0..1" },
  f1: {
    task: "classification",
    better: "higher",
    description: "harmonic mean of precision and recall, 0..1",
  },
} as const;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];

/** Metrics of one model on one set of rows. One that cannot be computed (AUC with one class) is absent. */
export type Metrics = Partial<Record<MetricName, number>>;
