"""Rows as the arrays that libraries take, and how features become them: the graph does the same to requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import ModelError

if TYPE_CHECKING:
    import pyarrow

    from .task import Column, Task

FORMS = ("codes", "one-hot", "frame")


@dataclass(frozen=True)
class Rows:
    """Features, targets and, where the definition has such a column, weights; a row each. A target is a number, or of a
    classification the number of its class, from 0."""

    X: Any
    y: np.ndarray
    weight: np.ndarray | None
    raw: pyarrow.Table = field(repr=False)

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Table:
    """Rows in a form. `values` are those of each category, in the order of their codes; any other value has the code after
    the last. `names` are those of the columns of X."""

    task: Task
    form: str
    values: dict[str, tuple[str, ...]]
    names: tuple[str, ...]
    train: Rows
    validation: Rows | None

    @property
    def categorical(self) -> list[int]:
        """Positions of the columns of X that are codes of categories."""
        if self.form != "codes":
            return []
        return [index for index, column in enumerate(self.task.features) if column.type == "category"]


def make_table(task: Task, form: str) -> Table:
    if form not in FORMS:
        raise ModelError(f'"{form}" is no form of a table. Expected one of {", ".join(FORMS)}. Correct it.')
    values = {
        column.name: _values(column, task.train) for column in task.features if column.type == "category"
    }
    names = tuple(name for column in task.features for name in _names(column, form, values))
    return Table(
        task,
        form,
        values,
        names,
        _rows(task, form, values, task.train),
        None if task.validation is None else _rows(task, form, values, task.validation),
    )


def _values(column: Column, train: pyarrow.Table) -> tuple[str, ...]:
    """Those that training rows have: of others a library learns nothing. Missing is "", and a value as others."""
    seen = {value or "" for value in train.column(column.name).unique().to_pylist()}
    declared = [value for value in column.values or () if value in seen]
    return tuple(declared + sorted(seen.difference(declared)))


def _names(column: Column, form: str, values: dict[str, tuple[str, ...]]) -> list[str]:
    if form == "one-hot" and column.type == "category":
        return [f"{column.name}={value}" for value in values[column.name]]
    return [column.name]


def _texts(rows: pyarrow.Table, name: str) -> list[str]:
    return [value or "" for value in rows.column(name).to_pylist()]


def _numbers(rows: pyarrow.Table, name: str) -> np.ndarray:
    """As float64; missing is NaN, and a boolean 0 or 1."""
    import pyarrow as pa

    column = rows.column(name)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    return column.cast(pa.float64()).to_numpy(zero_copy_only=False)


def codes_of(texts: list[str], values: tuple[str, ...]) -> np.ndarray:
    numbers = {value: code for code, value in enumerate(values)}
    return np.array([numbers.get(text, len(values)) for text in texts], dtype=np.float32)


def _columns(column: Column, form: str, values: dict[str, tuple[str, ...]], rows: pyarrow.Table) -> list[np.ndarray]:
    if column.type != "category":
        # Requests are rounded to 32 bits, too: a threshold then parts the same rows.
        return [_numbers(rows, column.name).astype(np.float32)]
    codes = codes_of(_texts(rows, column.name), values[column.name])
    if form == "codes":
        return [codes]
    return [(codes == code).astype(np.float32) for code in range(len(values[column.name]))]


def _frame(task: Task, rows: pyarrow.Table) -> Any:
    import pandas

    return pandas.DataFrame(
        {
            column.name: np.array(_texts(rows, column.name), dtype=object)
            if column.type == "category"
            else _numbers(rows, column.name).astype(np.float32)
            for column in task.features
        }
    )


def features_of(task: Task, form: str, values: dict[str, tuple[str, ...]], rows: pyarrow.Table) -> Any:
    if form == "frame":
        return _frame(task, rows)
    return np.column_stack([one for column in task.features for one in _columns(column, form, values, rows)])


def _targets(task: Task, rows: pyarrow.Table) -> np.ndarray:
    if not task.classification:
        return _numbers(rows, task.target.name)
    if task.target.type == "boolean":
        return _numbers(rows, task.target.name).astype(np.int64)
    numbers = {name: number for number, name in enumerate(task.classes)}
    return np.array([numbers[value] for value in rows.column(task.target.name).to_pylist()], dtype=np.int64)


def _rows(task: Task, form: str, values: dict[str, tuple[str, ...]], rows: pyarrow.Table) -> Rows:
    weight = None if task.weight is None else _numbers(rows, task.weight)
    return Rows(features_of(task, form, values, rows), _targets(task, rows), weight, rows)
