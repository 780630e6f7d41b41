"""Fits scikit-learn's and LightGBM's boosted trees at their defaults, in one thread.

    trainers.py export <folder> <first>   writes sets that come with scikit-learn, from that number on
    trainers.py score <folder>            prints the score of each set of the folder as JSON
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits


def export(folder, first):
    cancer, wine = load_breast_cancer(), load_wine()
    # Every fifth row is held out, and these files are sorted by class.
    order = np.random.default_rng(1).permutation
    for index, (name, data, target) in enumerate(
        [("breast cancer", cancer.data, cancer.target), ("wine: one kind", wine.data, wine.target == 1)], first
    ):
        rows = order(len(target))
        facts = {"name": name, "loss": "log", "kinds": ["number"] * data.shape[1], "rows": len(target)}
        (folder / f"{index}.json").write_text(json.dumps(facts))
        np.vstack([data[rows].T, target[rows]]).astype("<f8").tofile(folder / f"{index}.bin")


def losses(name, target, predicted):
    if name == "log":
        return -np.log(np.where(target == 1, predicted, 1 - predicted))
    return np.abs(target - predicted) if name == "absolute" else (target - predicted) ** 2 / 2


def score(folder, make):
    scores = []
    for file in sorted(folder.glob("*.json"), key=lambda file: int(file.stem)):
        facts = json.loads(file.read_text())
        values = np.fromfile(file.with_suffix(".bin")).reshape(len(facts["kinds"]) + 1, facts["rows"])
        inputs, target = pd.DataFrame(values[:-1].T.copy()), values[-1]
        for column, kind in enumerate(facts["kinds"]):
            if kind == "category":
                inputs[column] = inputs[column].astype("category")
        held_out = np.arange(facts["rows"]) % 5 == 4
        model = make(facts["loss"])
        started = time.process_time()
        model.fit(inputs[~held_out], target[~held_out])
        seconds = time.process_time() - started
        predict = (lambda rows: model.predict_proba(rows)[:, 1]) if facts["loss"] == "log" else model.predict
        each = losses(facts["loss"], target[held_out], predict(inputs[held_out]))
        scores.append({"loss": each.mean(), "error": each.std() / len(each) ** 0.5, "seconds": seconds})
    return scores


def scikit_learn(loss):
    common = {"categorical_features": "from_dtype", "early_stopping": False}
    if loss == "log":
        return HistGradientBoostingClassifier(**common)
    return HistGradientBoostingRegressor(loss=f"{loss}_error", **common)


def lightgbm(loss):
    common = {"n_jobs": 1, "verbose": -1}
    if loss == "log":
        return LGBMClassifier(**common)
    return LGBMRegressor(objective={"squared": "l2", "absolute": "l1"}[loss], **common)


folder = Path(sys.argv[2])
if sys.argv[1] == "export":
    export(folder, int(sys.argv[3]))
else:
    with threadpool_limits(1):
        print(json.dumps({"scikit-learn": score(folder, scikit_learn), "LightGBM": score(folder, lightgbm)}))
