"""Leaves a model as it is served, with rows and what its own library predicts for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from .converters import convert
from .errors import ModelError
from .graph import surround

if TYPE_CHECKING:
    import pyarrow

    from .tables import Table

COMPARED_ROWS = 500
TOLERANCE = 1e-4
"""Largest difference, relative to the range of the predictions: the graph calculates with 32 bits."""


def save(model: Any, table: Table) -> None:
    """Writes `model.onnx` into the output folder, and `golden.json`: rows with what the library predicts for them.

    The training loads `model.onnx` where models are served, and refuses it when it predicts something else.
    """
    task = table.task
    predicted = _predict(model, table)
    converted = surround(convert(model, table), table)
    task.output.mkdir(parents=True, exist_ok=True)
    (task.output / "model.onnx").write_bytes(converted.SerializeToString())
    golden = _golden(table, predicted)
    (task.output / "golden.json").write_text(json.dumps(golden, allow_nan=False), "utf8")


def _compared(rows: int) -> np.ndarray:
    """Positions of the rows that are compared, from the first to the last."""
    return np.unique(np.linspace(0, rows - 1, min(rows, COMPARED_ROWS)).astype(int))


def _predict(model: Any, table: Table) -> np.ndarray:
    """What the library says of the compared rows: numbers [N], or probabilities [N, K] in the order of the classes."""
    task = table.task
    at = _compared(len(table.train))
    X = table.train.X.iloc[at] if table.form == "frame" else table.train.X[at]
    if not task.classification:
        found = np.asarray(model.predict(X), dtype=np.float64)
        _require(found, found.shape in ((len(at),), (len(at), 1)), "a number per row")
        return found.reshape(-1)
    if hasattr(model, "predict_proba"):
        found = np.asarray(model.predict_proba(X), dtype=np.float64)
        _require_classes(model, len(task.classes))
    elif type(model).__name__ == "Booster":
        found = np.asarray(model.predict(X), dtype=np.float64)
        found = np.column_stack([1 - found, found]) if found.ndim == 1 else found
    else:
        raise ModelError(
            f"A {type(model).__name__} has no predict_proba. A classification gives a probability of each class. "
            "Use a classifier that does, or wrap it in CalibratedClassifierCV."
        )
    _require(found, found.shape == (len(at), len(task.classes)), f"a probability of each of {len(task.classes)} classes per row")
    return found


def _require(found: np.ndarray, is_so: bool, expected: str) -> None:
    if not is_so:
        raise ModelError(f"The model predicts an array of shape {list(found.shape)}: {expected} is expected. Correct the program.")
    if not np.isfinite(found).all():
        raise ModelError("The model predicts NaN or infinity for rows that it was trained on. Numbers are expected. Correct the program.")


def _require_classes(model: Any, count: int) -> None:
    known = list(getattr(model, "classes_", range(count)))
    if known != list(range(count)):
        raise ModelError(
            f"The model was fitted to the classes {known}: 0 to {count - 1} are expected, as in table.train.y. "
            "Fit it to table.train.y; a class without a training row needs some."
        )


def _value(value: Any, kind: str) -> Any:
    if value is None or (kind == "number" and value != value):
        return None
    return float(value) if kind == "number" else value


def _golden(table: Table, predicted: np.ndarray) -> dict[str, Any]:
    task = table.task
    rows: pyarrow.Table = table.train.raw.take(_compared(len(table.train)))
    columns = {
        column.name: [_value(value, column.type) for value in rows.column(column.name).to_pylist()]
        for column in task.features
    }
    named = [dict(zip(columns, values)) for values in zip(*columns.values())]
    golden: dict[str, Any] = {"rows": named, "tolerance": TOLERANCE}
    if not task.classification:
        return {**golden, "predictions": predicted.tolist()}
    if len(task.classes) == 2:
        positive = predicted[:, 1]
        numbers = (positive > 0.5).astype(int)
        probabilities = positive.tolist()
    else:
        numbers = predicted.argmax(axis=1)
        probabilities = predicted.tolist()
    return {**golden, "predictions": [task.classes[number] for number in numbers], "probabilities": probabilities}
