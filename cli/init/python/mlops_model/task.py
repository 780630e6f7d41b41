"""What a training is about: the definition of the model, and the rows to train on."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import ModelError

if TYPE_CHECKING:
    import pyarrow

    from .tables import Table


@dataclass(frozen=True)
class Column:
    """A column of the definition. `values` are those of a category, as far as the definition says them."""

    name: str
    type: str
    nullable: bool = False
    values: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Task:
    """The rows and what is asked of them.

    `seed` is for whatever is random: the same one gives the same model. `parameters` are those of the trainer in the
    definition. `classes` are those of the target, in the order of their numbers from 0; a regression has none.
    """

    features: tuple[Column, ...]
    target: Column
    weight: str | None
    classification: bool
    classes: tuple[int | str, ...]
    seed: int
    parameters: dict[str, Any]
    output: Path
    train: pyarrow.Table = field(repr=False)
    validation: pyarrow.Table | None = field(repr=False, default=None)

    def table(self, form: str) -> Table:
        """The rows as arrays for a library.

        `"codes"`: float32, [rows, features]; a category is a whole number, a missing number is NaN. For LightGBM, told by
        `categorical_feature=table.categorical`.
        `"one-hot"`: the same, but a column of 0 and 1 for each value of a category. For XGBoost and others.
        `"frame"`: a pandas DataFrame with the columns as they are, for a pipeline of scikit-learn. A missing number is
        NaN, a missing category "", a boolean 0 or 1.
        """
        from .tables import make_table

        return make_table(self, form)


def _column(raw: dict[str, Any]) -> Column:
    values = raw.get("values")
    return Column(raw["name"], raw["type"], raw.get("nullable", False), tuple(values) if values else None)


def _classes(target: dict[str, Any], train: pyarrow.Table) -> tuple[int | str, ...]:
    if target["type"] == "boolean":
        return (0, 1)
    if target.get("classes"):
        return tuple(target["classes"])
    if target.get("values"):
        return tuple(target["values"])
    seen = train.column(target["name"]).unique().to_pylist()
    return tuple(sorted(seen))


def load(data: str | Path | None = None, output: str | Path | None = None) -> Task:
    """Reads the folder that the program was given. Without arguments, the folders are the first two of the command line."""
    if data is None or output is None:
        if len(sys.argv) < 3:
            raise ModelError(
                "The folders of the data and of the model are missing. They are the program's first two arguments. "
                "Run it by `mlops train`, or call load(data, output)."
            )
        data, output = sys.argv[1], sys.argv[2]
    import pyarrow.parquet as parquet

    data = Path(data)
    definition = json.loads((data / "definition.json").read_text("utf8"))
    columns: dict[str, list[dict[str, Any]]] = {}
    for column in definition["columns"]:
        columns.setdefault(column.get("role", "feature"), []).append(column)
    train = parquet.read_table(data / "train.parquet")
    validation = data / "validation.parquet"
    [target] = columns["target"]
    weights = columns.get("weight", [])
    classification = definition["task"] == "classification"
    return Task(
        features=tuple(_column(column) for column in columns["feature"]),
        target=_column(target),
        weight=weights[0]["name"] if weights else None,
        classification=classification,
        classes=_classes(target, train) if classification else (),
        seed=definition["split"]["seed"],
        parameters=definition["trainer"].get("parameters", {}),
        output=Path(output),
        train=train,
        validation=parquet.read_table(validation) if validation.exists() else None,
    )
