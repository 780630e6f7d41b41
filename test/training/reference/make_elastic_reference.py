"""Fits elastic nets with scikit-learn and prints what the tests of training/ compare with.

Made with scikit-learn 1.9.1 on Python 3.11:

    python make_elastic_reference.py <folder of models> <output folder>

Standardisation is StandardScaler's, imputation SimpleImputer's (median), categories are one-hot encoded without a dropped
value. Row i, from 0, is in fold i mod 5. Errors of folds are mean squares over the rows of all folds.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, ElasticNetCV, enet_path
from sklearn.model_selection import PredefinedSplit
from sklearn.preprocessing import OneHotEncoder, StandardScaler

EXACT = {"tol": 1e-15, "max_iter": 1_000_000}


def fitted(name, settings, regression):
    return {
        "name": name,
        **settings,
        "intercept": float(regression.intercept_),
        "coefficients": regression.coef_.tolist(),
    }


def diabetes(models):
    data = pd.read_csv(models / "diabetes" / "data.csv")
    x, y = data.drop(columns="progression"), data["progression"].to_numpy(dtype=float)
    weight = 1 + np.arange(len(data)) % 3
    for name, alpha, l1_ratio, sample_weight in [
        ("half and half", 1.5, 0.5, None),
        ("lasso", 2, 1, None),
        ("mostly squares", 0.1, 0.05, None),
        ("lasso, weighted", 2, 1, weight),
        ("half and half, weighted", 0.3, 0.5, weight),
    ]:
        z = StandardScaler().fit(x, sample_weight=sample_weight).transform(x)
        net = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, **EXACT).fit(z, y, sample_weight=sample_weight)
        settings = {"alpha": alpha, "l1Ratio": l1_ratio, "weighted": sample_weight is not None}
        yield fitted(name, settings, net)


def titanic(models):
    data = pd.read_csv(models / "titanic" / "data.csv", dtype={"pclass": str})
    numbers = StandardScaler().fit_transform(SimpleImputer(strategy="median").fit_transform(data[["age", "sibsp"]]))
    values = [["1", "2", "3"], ["female", "male"]]
    one_hot = OneHotEncoder(categories=values, sparse_output=False).fit_transform(data[["pclass", "sex"]])
    x, y = np.hstack([one_hot, numbers]), data["parch"].to_numpy(dtype=float)
    for name, alpha, l1_ratio in [("categories", 0.05, 0.5), ("categories, lasso", 0.02, 1)]:
        net = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, **EXACT).fit(x, y)
        yield fitted(name, {"alpha": alpha, "l1Ratio": l1_ratio, "weighted": False}, net)


def paths(models):
    data = pd.read_csv(models / "diabetes" / "data.csv")
    x, y = data.drop(columns="progression").to_numpy(dtype=float), data["progression"].to_numpy(dtype=float)
    fold = np.arange(len(y)) % 5
    for l1_ratio in [0.5, 1]:
        # As the numbers are: scikit-learn has this in one.
        chosen = ElasticNetCV(l1_ratio=l1_ratio, eps=1e-4, cv=PredefinedSplit(fold), **EXACT).fit(x, y)
        errors = np.average(chosen.mse_path_, axis=1, weights=np.bincount(fold))
        yield {"l1Ratio": l1_ratio, "standardize": False, "alphas": chosen.alphas_.tolist(), "errors": errors.tolist()}
        # Standardised by each fold's own rows.
        whole = StandardScaler().fit_transform(x)
        alphas, _, _ = enet_path(whole, y - y.mean(), l1_ratio=l1_ratio, eps=1e-4, **EXACT)
        squares = np.zeros(len(alphas))
        for one in range(5):
            scaler = StandardScaler().fit(x[fold != one])
            z, mean = scaler.transform(x[fold != one]), y[fold != one].mean()
            _, coefficients, _ = enet_path(z, y[fold != one] - mean, l1_ratio=l1_ratio, alphas=alphas, **EXACT)
            left = (y[fold == one] - mean)[:, None] - scaler.transform(x[fold == one]) @ coefficients
            squares += (left**2).sum(axis=0)
        yield {
            "l1Ratio": l1_ratio,
            "standardize": True,
            "alphas": alphas.tolist(),
            "errors": (squares / len(y)).tolist(),
        }


def main(models, output):
    # The last digits are asked for, which rounding may keep out of reach.
    warnings.simplefilter("ignore", ConvergenceWarning)
    reference = {
        "tool": f"scikit-learn {sklearn.__version__}",
        "diabetes": list(diabetes(models)),
        "titanic": list(titanic(models)),
        "paths": list(paths(models)),
    }
    (output / "elastic-net.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
