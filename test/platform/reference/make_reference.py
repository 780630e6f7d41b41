"""Writes the reference numbers of the tests of platform/: metrics, curves, chi-square, bootstrap.

python -m venv venv && venv/bin/pip install numpy scipy scikit-learn mpmath && venv/bin/python make_reference.py
The versions used are in each file. Format the files afterwards: npx prettier --write test/platform/reference
"""

import json
import pathlib

import mpmath
import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import calibration, metrics

FOLDER = pathlib.Path(__file__).parent
VERSIONS = {
    "numpy": np.__version__,
    "scipy": scipy.__version__,
    "scikit-learn": sklearn.__version__,
    "mpmath": mpmath.__version__,
}


def write(name, content):
    text = json.dumps({"versions": VERSIONS, **content}, indent=1)
    (FOLDER / name).write_text(text + "\n")


def regression(rng, rows):
    actual = np.round(rng.normal(150, 77, rows), 3)
    predicted = np.round(actual * 0.6 + 60 + rng.normal(0, 50, rows), 3)
    weights = np.round(rng.uniform(0.1, 3, rows), 3)

    def measure(w):
        return {
            "rmse": metrics.root_mean_squared_error(actual, predicted, sample_weight=w),
            "mae": metrics.mean_absolute_error(actual, predicted, sample_weight=w),
            "r2": metrics.r2_score(actual, predicted, sample_weight=w),
        }

    return {
        "task": "regression",
        "actual": actual.tolist(),
        "predicted": predicted.tolist(),
        "weights": weights.tolist(),
        "metrics": measure(None),
        "weighted": measure(weights),
    }


def classification(rng, rows, decimals):
    actual = (rng.uniform(size=rows) < 0.4).astype(int)
    logit = rng.normal(0, 1.5, rows) + 1.2 * actual - 0.5
    predicted = np.round(1 / (1 + np.exp(-logit)), decimals)
    predicted[:2] = [0.5, 1.0]
    actual[:2] = [1, 0]
    weights = np.round(rng.uniform(0.1, 3, rows), 3)
    label = predicted > 0.5
    clipped = np.clip(np.column_stack([1 - predicted, predicted]), 1e-15, 1 - 1e-15)

    def measure(w):
        return {
            "auc": metrics.roc_auc_score(actual, predicted, sample_weight=w),
            "logLoss": metrics.log_loss(actual, clipped, sample_weight=w),
            "brier": metrics.brier_score_loss(actual, predicted, sample_weight=w),
            "accuracy": metrics.accuracy_score(actual, label, sample_weight=w),
            "f1": metrics.f1_score(actual, label, sample_weight=w),
        }

    false_positive, true_positive, thresholds = metrics.roc_curve(actual, predicted, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(actual, predicted)
    observed, mean_predicted = calibration.calibration_curve(actual, predicted, n_bins=10, strategy="quantile")
    (tn, fp), (fn, tp) = metrics.confusion_matrix(actual, label)
    return {
        "task": "classification",
        "actual": actual.tolist(),
        "predicted": predicted.tolist(),
        "weights": weights.tolist(),
        "metrics": measure(None),
        "weighted": measure(weights),
        "roc": np.column_stack([false_positive, true_positive])[1:].tolist(),
        "thresholds": thresholds[1:].tolist(),
        "precisionRecall": np.column_stack([recall, precision])[::-1].tolist(),
        "calibration": np.column_stack([mean_predicted, observed]).tolist(),
        "confusion": {
            "truePositives": int(tp),
            "falsePositives": int(fp),
            "trueNegatives": int(tn),
            "falseNegatives": int(fn),
        },
    }


def chi_square():
    mpmath.mp.dps = 50
    tails = []
    for degrees in [1, 2, 3, 4, 5, 9, 10, 29, 30, 31, 32, 99, 199, 1000, 9999, 100_000]:
        for factor in [1e-6, 0.01, 0.3, 0.9, 0.99, 1, 1.01, 1.1, 1.5, 2, 5, 20, 60]:
            statistic = degrees * factor
            exact = mpmath.gammainc(mpmath.mpf(degrees) / 2, mpmath.mpf(statistic) / 2, regularized=True)
            if exact > 1e-300:
                tails.append(
                    {
                        "degreesOfFreedom": degrees,
                        "statistic": statistic,
                        "scipy": float(stats.chi2.sf(statistic, degrees)),
                        "exact": float(exact),
                    }
                )
    tables = []
    for reference, current in [
        ([10, 20, 30], [20, 20, 20]),
        ([100, 50, 25, 12], [30, 30, 30, 30]),
        ([353, 0], [40, 9]),
        ([1000, 1000, 1000, 1000], [1010, 990, 1005, 995]),
    ]:
        result = stats.chi2_contingency([reference, current], correction=False)
        tables.append(
            {
                "reference": reference,
                "current": current,
                "statistic": result.statistic,
                "degreesOfFreedom": int(result.dof),
                "pValue": result.pvalue,
            }
        )
    return {"tails": tails, "tables": tables}


def bootstrap(rng):
    """Intervals from 200,000 resamples: their own sampling error is 14 times less than that of 1,000."""
    rows = 150
    cases = []
    actual = np.round(rng.normal(150, 77, rows), 3)
    candidate = np.round(actual + rng.normal(0, 50, rows), 3)
    champion = np.round(candidate + rng.normal(0, 20, rows), 3)
    label = (rng.uniform(size=rows) < 0.4).astype(int)
    logit = rng.normal(0, 1.5, rows) + 1.2 * label
    probability = np.round(1 / (1 + np.exp(-logit)), 4)
    other = np.round(1 / (1 + np.exp(-(logit + rng.normal(0, 0.7, rows)))), 4)

    def auc(a, p):
        ranks = stats.rankdata(p, axis=-1)
        positives = a.sum(axis=-1)
        won = (ranks * a).sum(axis=-1) - positives * (positives + 1) / 2
        return won / (positives * (a.shape[-1] - positives))

    measures = {
        "rmse": (-1, lambda a, p: np.sqrt(((a - p) ** 2).mean(axis=-1)), (actual, candidate, champion)),
        "r2": (
            1,
            lambda a, p: 1 - ((a - p) ** 2).sum(axis=-1) / ((a - a.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1),
            (actual, candidate, champion),
        ),
        "auc": (1, auc, (label, probability, other)),
        "brier": (-1, lambda a, p: ((a - p) ** 2).mean(axis=-1), (label, probability, other)),
    }
    for name, (sign, measure, data) in measures.items():
        result = stats.bootstrap(
            data,
            lambda a, p, q, axis: sign * (measure(a, p) - measure(a, q)),
            paired=True,
            vectorized=True,
            method="percentile",
            n_resamples=200_000,
            batch=2_000,
            rng=np.random.default_rng(7),
        )
        cases.append(
            {
                "metric": name,
                "actual": data[0].tolist(),
                "candidate": data[1].tolist(),
                "champion": data[2].tolist(),
                "low": float(result.confidence_interval.low),
                "high": float(result.confidence_interval.high),
                "standardError": float(result.standard_error),
            }
        )
    return {"cases": cases}


if __name__ == "__main__":
    generator = np.random.default_rng(20)
    write(
        "metrics.json",
        {
            "cases": {
                "regression": regression(generator, 89),
                "classification": classification(generator, 120, 4),
                "classification with ties": classification(generator, 120, 1),
            }
        },
    )
    write("chi-square.json", chi_square())
    write("bootstrap.json", bootstrap(generator))
