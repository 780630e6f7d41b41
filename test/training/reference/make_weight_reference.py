"""Writes class-weights.json: models of rare classes with class weights, by scikit-learn 1.9.1, for rows that are generated here.

    python make_weight_reference.py
Logistic regression (Newton, to a gradient of 1e-12) on standardised columns, C = 1 / l2; histogram trees with 10 trees. Weights of
rows, where a case has them, are 1, 2 and 3 in turn.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).parent
random = np.random.default_rng(7)
values = np.round(random.normal(size=(400, 2)) * [1, 10] + [0, 5], 3)
sums = values[:, 0] + values[:, 1] / 10 + random.normal(size=400)
three = np.where(sums > 2.8, 2, np.where(sums < -0.6, 1, 0))
targets = {"two": (three == 2).astype(int), "three": three}
row_weights = 1.0 + np.arange(400) % 3


def logistic(target, class_weight, weighted):
    weights = row_weights if weighted else np.ones(400)
    scaler = StandardScaler().fit(values, sample_weight=weights)
    model = LogisticRegression(C=2, class_weight=class_weight, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(scaler.transform(values), targets[target], sample_weight=weights)
    return model.predict_proba(scaler.transform(values))


def trees(target, class_weight, weighted):
    model = HistGradientBoostingClassifier(max_iter=10, early_stopping=False, class_weight=class_weight)
    model.fit(values, targets[target], sample_weight=row_weights if weighted else None)
    return model.predict_proba(values)


def case(fit, trainer, target, class_weight, weighted):
    return {
        "trainer": trainer,
        "target": target,
        "classWeight": class_weight,
        "weighted": weighted,
        "probabilities": fit(target, class_weight, weighted)[::5].tolist(),
    }


content = {
    "tool": f"scikit-learn {sklearn.__version__}",
    "values": values.tolist(),
    "targets": {name: target.tolist() for name, target in targets.items()},
    "cases": [
        case(logistic, "logistic", "two", "balanced", False),
        case(logistic, "logistic", "two", "balanced", True),
        case(logistic, "logistic", "two", {1: 7.5}, True),
        case(logistic, "logistic", "three", "balanced", False),
        case(logistic, "logistic", "three", {0: 0.5, 2: 4}, True),
        case(trees, "boosted-trees", "two", "balanced", False),
        case(trees, "boosted-trees", "two", {1: 7.5}, True),
        case(trees, "boosted-trees", "three", "balanced", False),
    ],
}
(FOLDER / "class-weights.json").write_text(json.dumps(content) + "\n")
