"""Writes business.json: what scikit-learn 1.9.1 reaches on the data sets of the tutorials and on its own, row by row of five held out.

    python make_business_reference.py
Every fifth row is held out, the first one first. Columns are encoded as the models' definitions say: numbers are standardised for linear
models, categories have a column for each value, booleans are 0 and 1. Trees are 20 of HistGradientBoosting with its defaults.
"""

import csv
import gzip
import json
import pathlib

import numpy as np
import sklearn
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_absolute_error, roc_auc_score

FOLDER = pathlib.Path(__file__).parent
TREES = 20
FIXTURES = FOLDER / "../../e2e/fixtures"


def read(name):
    file = FIXTURES / name
    with (gzip.open(file, "rt") if name.endswith(".gz") else file.open()) as lines:
        header, *rows = csv.reader(lines)
    return dict(zip(header, zip(*rows)))


def is_number(values):
    try:
        [float(value) for value in values]
        return True
    except ValueError:
        return False


def parts(name, target):
    """Features for linear models, features for trees with the places of the categories among them, and the target."""
    columns = read(name)
    goal = np.array(columns.pop(target))
    numbers = {key: np.array(column, dtype=float) for key, column in columns.items() if is_number(column)}
    texts = {key: np.array(column) for key, column in columns.items() if key not in numbers}
    on = train(goal)
    scaled = [(column - column[on].mean()) / column[on].std() for column in numbers.values() if column[on].std() > 0]
    encoded = [(column == value).astype(float) for column in texts.values() for value in sorted(set(column))]
    codes = [np.unique(column, return_inverse=True)[1].astype(float) for column in texts.values()]
    trees = np.column_stack([*numbers.values(), *codes])
    return np.column_stack([*scaled, *encoded]), trees, [index >= len(numbers) for index in range(trees.shape[1])], goal


def train(values):
    return np.arange(len(values)) % 5 != 0


def classified(name, target):
    linear, trees, categories, goal = parts(name, target)
    on = train(goal)
    classes = sorted(set(goal))

    def measured(model, values):
        chance = model.fit(values[on], goal[on]).predict_proba(values[~on])
        found = {"logLoss": log_loss(goal[~on], chance, labels=classes)}
        if len(classes) == 2:
            return {**found, "auc": roc_auc_score(goal[~on] == classes[1], chance[:, 1])}
        return {**found, "accuracy": float((np.array(classes)[chance.argmax(1)] == goal[~on]).mean())}

    boosted = HistGradientBoostingClassifier(max_iter=TREES, categorical_features=categories, early_stopping=False)
    return {
        "logistic": measured(LogisticRegression(C=1, solver="newton-cholesky", tol=1e-10, max_iter=1000), linear),
        # Of a few rare rows, ranks of trees are chance.
        "boosted-trees": {key: value for key, value in measured(boosted, trees).items() if key != "auc"},
    }


def regressed(name, target):
    linear, trees, categories, goal = parts(name, target)
    goal = goal.astype(float)
    on = train(goal)

    def measured(model, values):
        return {"mae": mean_absolute_error(goal[~on], model.fit(values[on], goal[on]).predict(values[~on]))}

    ridge = TransformedTargetRegressor(Ridge(alpha=1), func=np.log, inverse_func=np.exp)
    boosted = HistGradientBoostingRegressor(loss="absolute_error", max_iter=TREES, categorical_features=categories, early_stopping=False)
    return {"ridge": measured(ridge, linear), "boosted-trees": measured(boosted, trees)}


content = {
    "tool": f"scikit-learn {sklearn.__version__}",
    "iris": classified("classes/iris.csv", "class"),
    "wine": classified("classes/wine.csv", "class"),
    "digits": classified("classes/digits.csv", "class"),
    "payments": classified("business/payments.csv.gz", "fraud"),
    "claims": regressed("business/claims.csv", "cost"),
}
(FOLDER / "business.json").write_text(json.dumps(content, indent=2) + "\n")
