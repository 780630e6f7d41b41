"""Prints the powers that scipy finds for the targets in a JSON file, and what scikit-learn predicts with them."""

import json
import pathlib
import sys

import numpy as np
from scipy import stats
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PowerTransformer, StandardScaler

rows = json.loads(pathlib.Path(sys.argv[1]).read_text())
x = np.array(rows["x"], dtype=float).reshape(-1, 1)
y = np.array(rows["y"], dtype=float)
find = {"box-cox": stats.boxcox, "yeo-johnson": stats.yeojohnson}[rows["method"]]
model = TransformedTargetRegressor(
    make_pipeline(StandardScaler(), Ridge(alpha=rows["alpha"])),
    transformer=PowerTransformer(method=rows["method"], standardize=False),
)
print(json.dumps({"lambda": float(find(y)[1]), "predictions": model.fit(x, y).predict(x).tolist()}))
