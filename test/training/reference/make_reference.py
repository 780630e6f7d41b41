"""Fits the two shipped models with scikit-learn and prints what the tests of training/ compare with.

Made with scikit-learn 1.5.2, numpy 2.4.6 and pandas 3.1.1 on Python 3.11:

    python make_reference.py <folder of models> <output folder>

Every fit is on all rows of the data. Standardisation is StandardScaler's, imputation SimpleImputer's (median; most
frequent), categories are one-hot encoded without a dropped value.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ROWS = [0, 1, 15, 100, 441]


def diabetes(models):
    data = pd.read_csv(models / "diabetes" / "data.csv")
    x, y = data.drop(columns="progression"), data["progression"]
    weight = 1 + np.arange(len(data)) % 3
    cases = []
    for name, alpha, sample_weight in [
        ("alpha 0", 0, None),
        ("alpha 0.4", 0.4, None),
        ("alpha 1", 1, None),
        ("alpha 10", 10, None),
        ("alpha 1, weighted", 1, weight),
    ]:
        scaler = StandardScaler().fit(x, sample_weight=sample_weight)
        regression = LinearRegression() if alpha == 0 else Ridge(alpha=alpha, solver="cholesky")
        z = scaler.transform(x)
        regression.fit(z, y, sample_weight=sample_weight)
        cases.append(
            {
                "name": name,
                "penalty": alpha,
                "weighted": sample_weight is not None,
                "intercept": float(regression.intercept_),
                "coefficients": regression.coef_.tolist(),
                "predictions": regression.predict(z[ROWS]).tolist(),
            }
        )
    return cases


def encoder():
    numbers = ["age", "sibsp", "parch", "fare"]
    values = [["1", "2", "3"], ["female", "male"], ["C", "Q", "S"]]
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (
                "categories",
                make_pipeline(
                    SimpleImputer(strategy="most_frequent"), OneHotEncoder(categories=values, sparse_output=False)
                ),
                ["pclass", "sex", "embarked"],
            ),
        ]
    )


def titanic(models):
    data = pd.read_csv(models / "titanic" / "data.csv", dtype={"pclass": str})
    data = data.astype({"pclass": object, "sex": object, "embarked": object})
    x, y = data.drop(columns="survived"), data["survived"]
    weight = 1 + np.arange(len(data)) % 3
    cases = []
    for name, l2, sample_weight in [
        ("l2 0", 0, None),
        ("l2 0.01", 0.01, None),
        ("l2 1", 1, None),
        ("l2 10", 10, None),
        ("l2 1, weighted", 1, weight),
    ]:
        transformer = encoder()
        if sample_weight is None:
            z = transformer.fit_transform(x)
        else:
            imputed = SimpleImputer(strategy="median").fit_transform(x[["age", "sibsp", "parch", "fare"]])
            scaled = StandardScaler().fit(imputed, sample_weight=sample_weight).transform(imputed)
            z = np.hstack([scaled, transformer.fit_transform(x)[:, 4:]])
        penalty = {"penalty": None} if l2 == 0 else {"C": 1 / l2}
        # newton-cg stops on the gradient alone, so that it can be driven to the last digits.
        regression = LogisticRegression(solver="newton-cg", tol=1e-13, max_iter=10_000, **penalty)
        regression.fit(z, y, sample_weight=sample_weight)
        # In the order of the definition: pclass 3, sex 2, age, sibsp, parch, fare, embarked 3.
        order = [4, 5, 6, 7, 8, 0, 1, 2, 3, 9, 10, 11]
        cases.append(
            {
                "name": name,
                "penalty": l2,
                "weighted": sample_weight is not None,
                "intercept": float(regression.intercept_[0]),
                "coefficients": regression.coef_[0][order].tolist(),
                "predictions": regression.predict_proba(z[ROWS])[:, 1].tolist(),
            }
        )
    return cases


def main(models, output):
    for name, cases in [("diabetes", diabetes(models)), ("titanic", titanic(models))]:
        reference = {"tool": f"scikit-learn {sklearn.__version__}", "rows": ROWS, "cases": cases}
        (output / f"{name}.json").write_text(json.dumps(reference, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
