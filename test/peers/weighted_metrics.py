"""Prints scikit-learn's weighted metrics of the rows in a JSON file."""

import json
import pathlib
import sys

import numpy as np
from sklearn import metrics

rows = json.loads(pathlib.Path(sys.argv[1]).read_text())
actual, predicted, weights = (np.array(rows[name]) for name in ("actual", "predicted", "weights"))
label = predicted > 0.5
measures = {
    "rmse": lambda: metrics.root_mean_squared_error(actual, predicted, sample_weight=weights),
    "mae": lambda: metrics.mean_absolute_error(actual, predicted, sample_weight=weights),
    "r2": lambda: metrics.r2_score(actual, predicted, sample_weight=weights),
    "auc": lambda: metrics.roc_auc_score(actual, predicted, sample_weight=weights),
    "logLoss": lambda: metrics.log_loss(actual, predicted, sample_weight=weights),
    "brier": lambda: metrics.brier_score_loss(actual, predicted, sample_weight=weights),
    "accuracy": lambda: metrics.accuracy_score(actual, label, sample_weight=weights),
    "f1": lambda: metrics.f1_score(actual, label, sample_weight=weights),
    "averagePrecision": lambda: metrics.average_precision_score(actual, predicted, sample_weight=weights),
    "balancedAccuracy": lambda: metrics.balanced_accuracy_score(actual, label, sample_weight=weights),
    "precision": lambda: metrics.precision_score(actual, label, sample_weight=weights),
    "recall": lambda: metrics.recall_score(actual, label, sample_weight=weights),
    "mcc": lambda: metrics.matthews_corrcoef(actual, label, sample_weight=weights),
}
print(json.dumps({name: float(measures[name]()) for name in rows["metrics"]}))
