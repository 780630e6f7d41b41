"""What `mlops train` does, by pandas and scikit-learn: read, check missing values and ranges, split, fit, score.

sklearn_train.py train <folder> <file> | score <folder> <file> <output>; prints one JSON document.
"""

import json
import pathlib
import pickle
import resource
import sys

import pandas
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error, r2_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

work, folder, file, *rest = sys.argv[1:]
folder = pathlib.Path(folder)
definition = json.loads((folder / "definition.json").read_text())
features = [column for column in definition["columns"] if column.get("role") != "target"]
names = [column["name"] for column in features]


def read(path):
    return pandas.read_parquet(path) if path.endswith(".parquet") else pandas.read_csv(path)


def peak_bytes():
    try:
        status = pathlib.Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def train():
    table = read(file)
    assert not table.isna().any().any()
    for column in features:
        if "range" in column:
            low, high = column["range"]
            assert table[column["name"]].between(low, high).all()
    kept, held_out = train_test_split(table, test_size=definition["split"]["testFraction"], random_state=1)
    numbers = [column["name"] for column in features if column["type"] == "number"]
    categories = [column["name"] for column in features if column["type"] == "category"]
    by_target = any(column.get("encoding") == "target" for column in features)
    regression = definition["task"] == "regression"
    encoder = (
        make_pipeline(TargetEncoder(target_type="continuous" if regression else "binary"), StandardScaler())
        if by_target
        else OneHotEncoder(handle_unknown="ignore")
    )
    encode = ColumnTransformer([("numbers", StandardScaler(), numbers), ("categories", encoder, categories)])
    estimators = {
        "ridge": lambda: Ridge(alpha=1.0),
        "logistic": lambda: LogisticRegression(C=1.0, max_iter=1000),
        "boosted-trees": lambda: HistGradientBoostingRegressor(),
    }
    model = make_pipeline(encode, estimators[definition["trainer"]["kind"]]())
    model.fit(kept[names], kept["y"])
    metrics = {}
    for side, rows in (("training", kept), ("heldOut", held_out)):
        if regression:
            predicted = model.predict(rows[names])
            metrics[side] = {
                "rmse": mean_squared_error(rows["y"], predicted) ** 0.5,
                "mae": mean_absolute_error(rows["y"], predicted),
                "r2": r2_score(rows["y"], predicted),
            }
        else:
            predicted = model.predict_proba(rows[names])[:, 1]
            metrics[side] = {"logLoss": log_loss(rows["y"], predicted), "auc": roc_auc_score(rows["y"], predicted)}
    (folder / "sklearn.pickle").write_bytes(pickle.dumps(model))
    return metrics


def score():
    model = pickle.loads((folder / "sklearn.pickle").read_bytes())
    table = read(file)
    table["prediction"] = model.predict(table[names])
    if rest[0].endswith(".parquet"):
        table.to_parquet(rest[0])
    else:
        table.to_csv(rest[0], index=False)
    return {}


metrics = train() if work == "train" else score()
usage = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {"cpuSeconds": usage.ru_utime + usage.ru_stime, "peakBytes": peak_bytes(), "metrics": metrics}
    )
)
