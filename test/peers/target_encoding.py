"""Prints what scikit-learn's TargetEncoder makes of the categories in a JSON file: fitted to all rows, and for each fold to the others."""

import json
import pathlib
import sys

import numpy as np
from sklearn.preprocessing import TargetEncoder

rows = json.loads(pathlib.Path(sys.argv[1]).read_text())
towns = np.array(rows["town"], dtype=object).reshape(-1, 1)
y = np.array(rows["y"], dtype=float)
folds = np.array(rows["fold"])
kind = rows["kind"]


def fitted(which):
    return TargetEncoder(smooth="auto", target_type=kind).fit(towns[which], y[which])


whole = fitted(folds >= 0)
training = np.empty(len(y))
for fold in np.unique(folds):
    own = folds == fold
    training[own] = fitted(~own).transform(towns[own])[:, 0]
print(
    json.dumps(
        {
            "values": [str(value) for value in whole.categories_[0]],
            "numbers": whole.encodings_[0].tolist(),
            "other": float(whole.target_mean_),
            "training": training.tolist(),
        }
    )
)
