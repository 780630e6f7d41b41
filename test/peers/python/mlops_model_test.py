"""Models of LightGBM, XGBoost and scikit-learn, saved by mlops_model and asked by onnxruntime, against the library itself.

Run by test/peers/mlops-model.test.ts, with the folder of mlops_model on PYTHONPATH.
"""

import json
import tempfile
import unittest
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as parquet
import xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

import mlops_model

warnings.filterwarnings("ignore")

TARGETS = {
    "regression": {"name": "y", "type": "number", "role": "target"},
    "boolean": {"name": "y", "type": "boolean", "role": "target"},
    "two": {"name": "y", "type": "category", "role": "target", "values": ["no, never", "yés"]},
    "three": {"name": "y", "type": "category", "role": "target", "values": ["low", "mid", "high"]},
    "two numbers": {"name": "y", "type": "number", "role": "target", "classes": [2, 1]},
    "three numbers": {"name": "y", "type": "number", "role": "target", "classes": [7, 3, 5]},
}
TOWNS = ["Bern", "Zürich", 'a "b", c', "", "__proto__"]


def make_task(kind, rows=800, validation=False, parameters=None, scale=1.0):
    """A folder as a training gives it, with numbers, a missing one, categories, a boolean and weights."""
    random = np.random.default_rng(7)
    age = random.normal(40, 12, rows)
    gap = random.normal(0, 1, rows)
    town = random.integers(0, 4, rows)
    flag = random.random(rows) < 0.4
    signal = age / 10 + gap + np.isin(town, [1, 3]) * 3 + flag * 2
    missing = random.random(rows) < 0.15
    signal = np.where(missing, 5, signal) * scale + random.normal(0, 0.1, rows) * scale
    names = TARGETS[kind].get("values", TARGETS[kind].get("classes"))
    y = {
        "regression": lambda: signal,
        "boolean": lambda: signal > np.median(signal),
        "two": lambda: [names[int(v)] for v in signal > np.median(signal)],
        "three": lambda: [names[v] for v in np.digitize(signal, np.quantile(signal, [0.3, 0.7]))],
        # The file has them as doubles, as every number.
        "two numbers": lambda: [float(names[int(v)]) for v in signal > np.median(signal)],
        "three numbers": lambda: [float(names[v]) for v in np.digitize(signal, np.quantile(signal, [0.3, 0.7]))],
    }[kind]()
    table = pa.table(
        {
            "age": age,
            "gap (m/s)": pa.array([None if m else v for m, v in zip(missing, gap)], pa.float64()),
            "town, gap": pa.array([TOWNS[v] or None for v in town], pa.string()),
            "flag": flag,
            "w": random.uniform(0.5, 2, rows),
            "y": y,
        }
    )
    folder = Path(tempfile.mkdtemp())
    cut = rows * 4 // 5 if validation else rows
    parquet.write_table(table.slice(0, cut), folder / "train.parquet")
    if validation:
        parquet.write_table(table.slice(cut), folder / "validation.parquet")
    definition = {
        "task": "regression" if kind == "regression" else "classification",
        "columns": [
            {"name": "age", "type": "number", "role": "feature"},
            {"name": "gap (m/s)", "type": "number", "role": "feature", "nullable": True},
            {"name": "town, gap", "type": "category", "role": "feature", "nullable": True, "values": TOWNS[:3]},
            {"name": "flag", "type": "boolean", "role": "feature"},
            {"name": "w", "type": "number", "role": "weight"},
            TARGETS[kind],
        ],
        "split": {"seed": 3},
        "trainer": {"kind": "python", "parameters": parameters or {}},
    }
    (folder / "definition.json").write_text(json.dumps(definition))
    return mlops_model.load(folder, folder / "output")


def served(task, rows=None):
    """What onnxruntime answers for golden rows, or others: (prediction, probability)."""
    session = onnxruntime.InferenceSession(task.output / "model.onnx")
    golden = json.loads((task.output / "golden.json").read_text())
    rows = golden["rows"] if rows is None else rows
    kinds = {
        "number": lambda values: np.array([np.nan if v is None else v for v in values], np.float32),
        "category": lambda values: np.array([v or "" for v in values], object),
        "boolean": lambda values: np.array(values, bool),
    }
    feeds = {
        column.name: kinds[column.type]([row[column.name] for row in rows]).reshape(-1, 1) for column in task.features
    }
    names = ["prediction", "probability"] if task.classification else ["prediction"]
    return golden, session.run(names, feeds)


def frame_pipeline(model):
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return make_pipeline(
        make_column_transformer(
            (numbers, ["age", "gap (m/s)", "flag"]), (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["town, gap"])
        ),
        model,
    )


MODELS = {
    "lightgbm": ("codes", lambda c: (lightgbm.LGBMClassifier if c else lightgbm.LGBMRegressor)(n_estimators=25, verbose=-1)),
    "xgboost": ("one-hot", lambda c: (xgboost.XGBClassifier if c else xgboost.XGBRegressor)(n_estimators=25)),
    "linear": ("frame", lambda c: frame_pipeline(LogisticRegression(max_iter=500) if c else Ridge())),
    "forest": ("frame", lambda c: frame_pipeline((RandomForestClassifier if c else RandomForestRegressor)(20, random_state=0))),
    "forest of one-hot": (
        "one-hot",
        lambda c: make_pipeline(SimpleImputer(), (RandomForestClassifier if c else RandomForestRegressor)(10, random_state=0)),
    ),
}


class Saved(unittest.TestCase):
    def check(self, name, kind, **options):
        task = make_task(kind, **options)
        form, make = MODELS[name]
        table = task.table(form)
        model = make(task.classification)
        fit = {"categorical_feature": table.categorical} if name == "lightgbm" else {}
        model.fit(table.train.X, table.train.y, **fit)
        mlops_model.save(model, table)
        golden, outputs = served(task)
        self.assertEqual(len(golden["rows"]), 500)
        numbers = np.array(golden["probabilities"] if task.classification else golden["predictions"])
        spread = numbers.max() - numbers.min()
        difference = np.abs(outputs[-1] - numbers) / spread
        self.assertEqual(outputs[-1].dtype, np.float64)
        self.assertEqual(outputs[-1].shape, numbers.shape)
        # A row whose scaled number 32 bits put on another side of a forest's threshold is another leaf of one tree.
        tolerance = 1e-4 if name == "forest" else 1e-5
        self.assertLess((difference.reshape(500, -1).max(axis=1) > tolerance).mean(), 0.01 if name == "forest" else 1e-9)
        if task.classification:
            if TARGETS[kind].get("classes"):
                self.assertEqual(outputs[0].dtype, np.int64)
                self.assertEqual(task.classes, tuple(TARGETS[kind]["classes"]))
            self.assertGreater((outputs[0] == np.array(golden["predictions"], outputs[0].dtype)).mean(), 0.995)
        return task, model, table

    def test_every_library_and_task(self):
        for name in MODELS:
            for kind in TARGETS:
                with self.subTest(model=name, target=kind):
                    self.check(name, kind)

    def test_large_and_small_targets(self):
        # XGBoost itself, which calculates with 32 bits, learns nothing of a millionth.
        for name, scale in (("lightgbm", 1e-6), ("lightgbm", 1e6), ("xgboost", 1e-3), ("xgboost", 1e6)):
            with self.subTest(model=name, scale=scale):
                self.check(name, "regression", scale=scale)

    def test_a_category_that_training_did_not_see(self):
        task, model, table = self.check("lightgbm", "regression")
        row = {"age": 30.0, "gap (m/s)": None, "town, gap": "Nowhere", "flag": True}
        _, [prediction] = served(task, [row])
        self.assertEqual(table.values["town, gap"], ("Bern", "Zürich", 'a "b", c', ""))
        expected = model.predict(np.array([[30.0, np.nan, 4, 1]], np.float32))
        self.assertAlmostEqual(prediction[0], expected[0], delta=1e-5)

    def test_early_stopping_on_the_rows_kept_for_it(self):
        for name, form in (("lightgbm", "codes"), ("xgboost", "one-hot")):
            with self.subTest(model=name):
                task = make_task("regression", validation=True)
                table = task.table(form)
                self.assertEqual((len(table.train), len(table.validation)), (640, 160))
                apart = (table.validation.X, table.validation.y)
                rest = {"sample_weight": table.train.weight}
                if name == "lightgbm":
                    model = lightgbm.LGBMRegressor(n_estimators=2000, learning_rate=0.3, verbose=-1)
                    model.fit(table.train.X, table.train.y, callbacks=[lightgbm.early_stopping(5, verbose=False)], eval_X=apart[0], eval_y=apart[1], **rest)
                    self.assertLess(model.best_iteration_, 1000)
                else:
                    model = xgboost.XGBRegressor(n_estimators=2000, learning_rate=0.3, early_stopping_rounds=5)
                    model.fit(table.train.X, table.train.y, verbose=False, eval_set=[apart], **rest)
                    self.assertLess(model.best_iteration, 1000)
                mlops_model.save(model, table)
                golden, [prediction] = served(task)
                spread = np.ptp(golden["predictions"])
                self.assertLess(np.abs(prediction - golden["predictions"]).max() / spread, 1e-5)

    def test_losses_with_a_link(self):
        for objective in ("poisson", "gamma", "tweedie", "quantile", "mae"):
            with self.subTest(objective=objective):
                task = make_task("regression")
                table = task.table("codes")
                model = lightgbm.LGBMRegressor(objective=objective, n_estimators=40, verbose=-1)
                model.fit(table.train.X, np.abs(table.train.y) + 0.1, categorical_feature=table.categorical)
                mlops_model.save(model, table)
                golden, [prediction] = served(task)
                self.assertLess(np.abs(prediction - golden["predictions"]).max() / np.ptp(golden["predictions"]), 1e-5)

    def test_a_model_of_the_library_itself(self):
        task = make_task("two")
        table = task.table("codes")
        data = lightgbm.Dataset(table.train.X, table.train.y, categorical_feature=table.categorical)
        mlops_model.save(lightgbm.train({"objective": "binary", "verbose": -1}, data, 30), table)
        golden, [label, probability] = served(task)
        self.assertLess(np.abs(probability - golden["probabilities"]).max(), 1e-6)
        self.assertEqual(set(label), {"no, never", "yés"})


class Thresholds(unittest.TestCase):
    def test_a_number_at_a_threshold_stays_on_its_side(self):
        """Neighbours in 32 bits, between which every threshold lies: rounded up it would be the upper neighbour."""
        task = make_task("regression")
        base = np.float32(16777.21)
        above = np.nextafter(base, np.float32(np.inf))
        X = np.repeat(np.array([base, above], np.float32), 500).reshape(-1, 1)
        X = np.column_stack([X, np.zeros((1000, 3), np.float32)])
        model = lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(X, X[:, 0] == above)
        from mlops_model.converters import convert

        session = onnxruntime.InferenceSession(convert(model, task.table("codes")).SerializeToString())
        [found] = session.run(None, {"X": X})
        np.testing.assert_allclose(found.ravel(), model.predict(X), atol=1e-6)
        self.assertGreater(np.ptp(found), 0.1)


class Refused(unittest.TestCase):
    def refuse(self, model, table, message):
        with self.assertRaisesRegex(mlops_model.ModelError, message):
            mlops_model.save(model, table)

    def test_what_is_no_model_of_a_known_library(self):
        task = make_task("regression")
        table = task.table("codes")

        class Own:
            def predict(self, X):
                return X[:, 0]

        self.refuse(Own(), table, "A Own of .* cannot be converted. Expected a model of lightgbm, xgboost or scikit-learn")

    def test_a_classifier_without_probabilities(self):
        table = make_task("two").table("frame")
        model = frame_pipeline(LinearSVC()).fit(table.train.X, table.train.y)
        self.refuse(model, table, "has no predict_proba")

    def test_other_classes_than_those_of_the_table(self):
        table = make_task("two").table("frame")
        names = np.array(table.task.classes)[table.train.y]
        model = frame_pipeline(LogisticRegression()).fit(table.train.X, names)
        self.refuse(model, table, "0 to 1 are expected, as in table.train.y")

    def test_a_class_that_no_training_row_has(self):
        table = make_task("three").table("codes")
        model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(table.train.X, table.train.y > 0)
        self.refuse(model, table, r"\[False, True\]|0 to 2 are expected")

    def test_a_frame_for_trees_that_know_no_texts(self):
        table = make_task("regression").table("frame")
        model = lightgbm.LGBMRegressor(n_estimators=3, verbose=-1).fit(table.train.X[["age"]], table.train.y)
        with self.assertRaises((mlops_model.ModelError, ValueError)):
            mlops_model.save(model, table)

    def test_a_model_that_predicts_no_numbers(self):
        table = make_task("regression").table("one-hot")
        model = make_pipeline(SimpleImputer(), Ridge()).fit(table.train.X, table.train.y)
        model[-1].coef_[0] = np.nan
        self.refuse(model, table, "predicts NaN or infinity")

    def test_a_form_that_there_is_not(self):
        with self.assertRaisesRegex(mlops_model.ModelError, "codes, one-hot, frame"):
            make_task("regression").table("dense")

    def test_a_program_without_its_folders(self):
        with self.assertRaisesRegex(mlops_model.ModelError, "first two arguments"):
            import sys

            sys.argv = ["train.py"]
            mlops_model.load()


if __name__ == "__main__":
    unittest.main()
