"""What each library's converter makes of a model: a graph with one output that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from .errors import ModelError

if TYPE_CHECKING:
    from .tables import Table

OPSET = {"": 17, "ai.onnx.ml": 3}
"""What onnxruntime has known for years; converters may use less."""


def convert(model: Any, table: Table) -> onnx.ModelProto:
    """The model as its converter writes it, with float32 inputs: one for all columns of X, or of a frame one for each."""
    library = _library(model)
    if table.form == "frame" and library != "sklearn":
        raise ModelError(
            f'A {type(model).__name__} was fitted to a frame. A pipeline of scikit-learn is expected with that form. '
            'Fit it to task.table("codes") or task.table("one-hot").'
        )
    return {"lightgbm": _lightgbm, "xgboost": _xgboost, "sklearn": _sklearn}[library](model, table)


def _library(model: Any) -> str:
    for kind in type(model).__mro__:
        name = kind.__module__.split(".")[0]
        if name in ("lightgbm", "xgboost", "sklearn"):
            return name
    raise ModelError(
        f"A {type(model).__name__} of {type(model).__module__} cannot be converted. Expected a model of lightgbm, xgboost or "
        "scikit-learn. Convert it with its own converter, and write model.onnx into task.output."
    )


def _lightgbm(model: Any, table: Table) -> onnx.ModelProto:
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    booster = model if isinstance(model, lightgbm.Booster) else model.booster_
    rounded = lightgbm.Booster(model_str=_rounded_thresholds(booster.model_to_string()))
    options = {"zipmap": False} if table.task.classification else {}
    return convert_lightgbm(rounded, initial_types=[("X", FloatTensorType([None, len(table.names)]))], **options)


def _rounded_thresholds(text: str) -> str:
    """LightGBM's own text of a model, with thresholds that 32 bits hold.

    A threshold lies between two numbers of the rows. To 32 bits it has to be rounded down: rounded up it may become the
    number above, which would then be on the other side (`x <= threshold` goes left).
    """
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.startswith("threshold="):
            exact = np.array(line.removeprefix("threshold=").split(), dtype=np.float64)
            with np.errstate(over="ignore"):
                near = exact.astype(np.float32)
            down = np.where(near > exact, np.nextafter(near, np.float32(-np.inf)), near)
            lines[index] = "threshold=" + " ".join(repr(float(value)) for value in down)
    # Sizes of the trees, in bytes, by which the text is read: without them it is read as a whole.
    return "\n".join(line for line in lines if not line.startswith("tree_sizes="))


def _xgboost(model: Any, table: Table) -> onnx.ModelProto:
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    return convert_xgboost(model, initial_types=[("X", FloatTensorType([None, len(table.names)]))])


def _sklearn(model: Any, table: Table) -> onnx.ModelProto:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    if table.form == "frame":
        types = [
            (column.name, StringTensorType([None, 1]) if column.type == "category" else FloatTensorType([None, 1]))
            for column in table.task.features
        ]
    else:
        types = [("X", FloatTensorType([None, len(table.names)]))]
    options = {"zipmap": False} if table.task.classification else None
    return convert_sklearn(model, initial_types=types, options=options, target_opset=OPSET)
