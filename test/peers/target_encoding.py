"""Prints what scikit-learn's TargetEncoder makes of the categories in a JSON file: fitted to all rows, and for each fold to the others."""

import json
import pathlib
import sys

import numpy as np
from sklearn.preprocessing import TargetEncoder

rows = json.loads(pathlib.Path(sys.argv[1]).read_text())
towns = np.array(rows["town"], dtype=object).reshape(-1, 1)
folds = np.array(rows["fold"])
kind = rows["kind"]
# Classes are in the order of their names.
y = np.array(rows["y"], dtype=str if kind == "multiclass" else float)


def fitted(which):
    return TargetEncoder(smooth="auto", target_type=kind).fit(towns[which], y[which])


whole = fitted(folds >= 0)
targets = len(whole.encodings_)
training = np.empty((len(y), targets))
for fold in np.unique(folds):
    own = folds == fold
    training[own] = fitted(~own).transform(towns[own])
print(
    json.dumps(
        {
            "values": [str(value) for value in whole.categories_[0]],
            "numbers": [numbers.tolist() for numbers in whole.encodings_],
            "others": np.atleast_1d(whole.target_mean_).tolist(),
            "training": training.T.tolist(),
        }
    )
)
