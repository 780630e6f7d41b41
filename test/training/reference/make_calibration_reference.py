"""Writes calibration.json: probabilities calibrated by scikit-learn 1.9.1, for the rows of two classes in class-weights.json.

    python make_calibration_reference.py
`CalibratedClassifierCV` with method "sigmoid", ensemble=False and the folds that rows have in turn; the same models as there. Its
solver stops at a gradient of 1e-6.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).parent
rows = json.loads((FOLDER / "class-weights.json").read_text())
values, target = np.array(rows["values"]), np.array(rows["targets"]["two"])
folds = PredefinedSplit((np.arange(len(target)) + 1) % 5)


class Logistic(ClassifierMixin, BaseEstimator):
    """On standardised columns; a pipeline would not give the weights to its first step."""

    def __init__(self, class_weight=None):
        self.class_weight = class_weight

    def fit(self, X, y, sample_weight=None):
        self.scaler_ = StandardScaler().fit(X, sample_weight=sample_weight)
        self.model_ = LogisticRegression(
            C=2, class_weight=self.class_weight, solver="newton-cholesky", tol=1e-12, max_iter=1000
        )
        self.model_.fit(self.scaler_.transform(X), y, sample_weight=sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def decision_function(self, X):
        return self.model_.decision_function(self.scaler_.transform(X))

    def predict(self, X):
        return self.model_.predict(self.scaler_.transform(X))


def trees(class_weight):
    return HistGradientBoostingClassifier(max_iter=10, early_stopping=False, class_weight=class_weight)


def case(make, trainer, class_weight, weighted):
    weights = 1.0 + np.arange(len(target)) % 3 if weighted else None
    model = CalibratedClassifierCV(make(class_weight), method="sigmoid", ensemble=False, cv=folds)
    model.fit(values, target, sample_weight=weights)
    return {
        "trainer": trainer,
        "classWeight": class_weight,
        "weighted": weighted,
        "probabilities": model.predict_proba(values)[::5, 1].tolist(),
    }


content = {
    "tool": f"scikit-learn {sklearn.__version__}",
    "cases": [
        case(Logistic, "logistic", None, False),
        case(Logistic, "logistic", "balanced", True),
        case(trees, "boosted-trees", "balanced", False),
        case(trees, "boosted-trees", None, False),
    ],
}
(FOLDER / "calibration.json").write_text(json.dumps(content) + "\n")
