"""Writes class-metrics.json: scikit-learn's metrics of more than two classes (and of two, by label), with weights and without.

    python make_class_reference.py      (scikit-learn 1.9.1, numpy 2.4.6)
Format the file afterwards: npx prettier --write test/platform/reference/class-metrics.json
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics

FOLDER = pathlib.Path(__file__).parent


def several(rng, rows, classes):
    actual = np.minimum(rng.geometric(0.4, rows) - 1, classes - 1)
    logits = rng.normal(0, 1, (rows, classes)) + 1.3 * np.eye(classes)[actual]
    predicted = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    # Ties among the scores of a class.
    predicted = np.round(predicted, 2) + 0.01
    predicted = predicted / predicted.sum(axis=1, keepdims=True)
    weights = np.round(rng.uniform(0, 3, rows), 3)
    label = predicted.argmax(axis=1)

    def measure(w):
        area = lambda average: metrics.roc_auc_score(
            actual, predicted, multi_class="ovr", average=average, sample_weight=w
        )
        return {
            "aucMacro": area("macro"),
            "aucWeighted": area("weighted"),
            "logLoss": metrics.log_loss(actual, predicted, sample_weight=w),
            "accuracy": metrics.accuracy_score(actual, label, sample_weight=w),
            "balancedAccuracy": metrics.balanced_accuracy_score(actual, label, sample_weight=w),
            "f1Macro": metrics.f1_score(actual, label, average="macro", sample_weight=w),
            "f1Weighted": metrics.f1_score(actual, label, average="weighted", sample_weight=w),
            "mcc": metrics.matthews_corrcoef(actual, label, sample_weight=w),
        }

    return {
        "classes": classes,
        "actual": actual.tolist(),
        "predicted": predicted.ravel().tolist(),
        "weights": weights.tolist(),
        "metrics": measure(None),
        "weighted": measure(weights),
        "confusion": metrics.confusion_matrix(actual, label).tolist(),
        "recall": metrics.recall_score(actual, label, average=None).tolist(),
        "precision": metrics.precision_score(actual, label, average=None, zero_division=0).tolist(),
    }


def two(rng, rows):
    actual = (rng.uniform(size=rows) < 0.2).astype(int)
    predicted = np.round(1 / (1 + np.exp(-(rng.normal(-1, 1.5, rows) + 1.5 * actual))), 2)
    weights = np.round(rng.uniform(0, 3, rows), 3)
    label = predicted > 0.5

    def measure(w):
        return {
            "averagePrecision": metrics.average_precision_score(actual, predicted, sample_weight=w),
            "balancedAccuracy": metrics.balanced_accuracy_score(actual, label, sample_weight=w),
            "precision": metrics.precision_score(actual, label, sample_weight=w),
            "recall": metrics.recall_score(actual, label, sample_weight=w),
            "mcc": metrics.matthews_corrcoef(actual, label, sample_weight=w),
        }

    return {
        "actual": actual.tolist(),
        "predicted": predicted.tolist(),
        "weights": weights.tolist(),
        "metrics": measure(None),
        "weighted": measure(weights),
    }


rng = np.random.default_rng(7)
content = {
    "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "cases": {"three classes": several(rng, 120, 3), "six classes": several(rng, 200, 6), "two classes": two(rng, 150)},
}
(FOLDER / "class-metrics.json").write_text(json.dumps(content, indent=1) + "\n")
