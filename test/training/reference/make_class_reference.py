"""Writes classes.json: models of several classes by scikit-learn 1.9.1, for the CSV files in test/e2e/fixtures/classes.

    python make_class_reference.py
Multinomial logistic regression (Newton, to a gradient of 1e-12) on standardised columns, C = 1 / l2; histogram trees with the
defaults but for the number of trees. Rows are all of a file; every fifth is shown.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FOLDER = pathlib.Path(__file__).parent
DATA = FOLDER / "../../e2e/fixtures/classes"


def read(name):
    lines = [line.split(",") for line in (DATA / f"{name}.csv").read_text().splitlines()[1:]]
    return np.array([[float(value) for value in line[:-1]] for line in lines]), np.array([line[-1] for line in lines])


def logistic(name, l2, weighted):
    values, target = read(name)
    weights = 1 + np.arange(len(target)) % 3 if weighted else np.ones(len(target))
    scaler = StandardScaler().fit(values, sample_weight=weights)
    model = LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    model.fit(scaler.transform(values), target, sample_weight=weights)
    return {
        "data": name,
        "l2": l2,
        "weighted": weighted,
        "classes": model.classes_.tolist(),
        "intercepts": (model.intercept_ - model.intercept_.mean()).tolist(),
        "coefficients": model.coef_.tolist() if name != "digits" else None,
        "probabilities": model.predict_proba(scaler.transform(values))[::5].tolist(),
    }


def trees(name, count):
    values, target = read(name)
    model = HistGradientBoostingClassifier(max_iter=count, early_stopping=False).fit(values, target)
    return {
        "data": name,
        "trees": count,
        "classes": model.classes_.tolist(),
        "probabilities": model.predict_proba(values)[::5].tolist(),
    }


content = {
    "tool": f"scikit-learn {sklearn.__version__}",
    "logistic": [logistic("iris", 1, False), logistic("iris", 0.01, True), logistic("wine", 1, False), logistic("digits", 10, False)],
    "trees": [trees("iris", 20), trees("wine", 20), trees("digits", 3)],
}
(FOLDER / "classes.json").write_text(json.dumps(content) + "\n")
