"""Prints Evidently's measures of how columns of categories, given as counts by value in a JSON file, differ from their references."""

import json
import pathlib
import sys

import pandas as pd
from evidently.legacy.calculations.stattests import jensenshannon_stat_test, psi_stat_test
from evidently.legacy.core import ColumnType

columns = json.loads(pathlib.Path(sys.argv[1]).read_text())


def values(column, side):
    return pd.Series([f"value-{index}" for index, each in enumerate(column) for _ in range(each[side])])


def score(test, column):
    result = test(values(column, "reference"), values(column, "current"), ColumnType.Categorical, 0.1)
    return float(result.drift_score)


print(
    json.dumps(
        {
            "psi": [score(psi_stat_test, column) for column in columns],
            "jensenShannon": [score(jensenshannon_stat_test, column) for column in columns],
        }
    )
)
