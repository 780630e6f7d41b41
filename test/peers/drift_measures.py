"""Prints scipy's measures of how columns, given as counts by bin in a JSON file, differ from their references."""

import json
import pathlib
import sys

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, false_discovery_control, ks_2samp, kstwobign

columns = [
    (np.array([each["reference"] for each in column]), np.array([each["current"] for each in column]))
    for column in json.loads(pathlib.Path(sys.argv[1]).read_text())
]


def stability(reference, current):
    r, c = reference / reference.sum(), current / current.sum()
    return float(((c - r) * np.log(c / r)).sum())


def kolmogorov_smirnov(reference, current):
    n, m = int(reference.sum()), int(current.sum())
    values = np.arange(len(reference))
    d = ks_2samp(np.repeat(values, reference), np.repeat(values, current), method="asymp").statistic
    return float(d), float(kstwobign.sf(d * np.sqrt(n * m / (n + m))))


ks = [kolmogorov_smirnov(*column) for column in columns]
chi = [chi2_contingency(np.array(column), correction=False) for column in columns]
print(
    json.dumps(
        {
            "psi": [stability(*column) for column in columns],
            "jensenShannon": [float(jensenshannon(*column, base=2)) for column in columns],
            "ks": [d for d, _ in ks],
            "ksP": [p for _, p in ks],
            "chiSquare": [float(each.statistic) for each in chi],
            "chiSquareP": [float(each.pvalue) for each in chi],
            "adjusted": [float(each) for each in false_discovery_control([each.pvalue for each in chi])],
        }
    )
)
