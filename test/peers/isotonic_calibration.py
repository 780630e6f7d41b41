"""Prints the probabilities of scikit-learn's isotonic calibration for the rows in a JSON file."""

import json
import pathlib
import sys

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rows = json.loads(pathlib.Path(sys.argv[1]).read_text())
x = np.array(rows["x"], dtype=float).reshape(-1, 1)
y = np.array(rows["y"])
model = CalibratedClassifierCV(
    make_pipeline(StandardScaler(), LogisticRegression(C=1 / rows["l2"], tol=1e-10, max_iter=10_000)),
    method="isotonic",
    ensemble=False,
    cv=PredefinedSplit(rows["fold"]),
)
levels = IsotonicRegression(out_of_bounds="clip")
levels.fit(rows["logOdds"], rows["y"], sample_weight=rows["weight"])
print(
    json.dumps(
        {
            "probabilities": model.fit(x, y).predict_proba(x)[:, 1].tolist(),
            "levels": levels.predict(rows["asked"]).tolist(),
        }
    )
)
