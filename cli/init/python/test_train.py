"""Tests of train.py, on rows made up from the definition. Run: npm run mlops -- python --model <name> -m unittest"""

import json
import os
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as parquet

import mlops_model
import train

DEFINITION = Path(os.environ.get("MODEL_DEFINITION", "definition.json"))


def made_up(column, rows, random):
    if column["type"] == "number":
        low, high = column.get("range", [0, 1])
        return random.uniform(low, high, rows)
    if column["type"] == "boolean":
        return random.random(rows) < 0.5
    values = column.get("values", ["a", "b"])
    return [values[row % len(values)] for row in range(rows)]


class Train(unittest.TestCase):
    def test_a_model_of_made_up_rows_is_saved_as_it_is_served(self):
        random = np.random.default_rng(0)
        definition = json.loads(DEFINITION.read_text("utf8"))
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        rows = {column["name"]: made_up(column, 400, random) for column in definition["columns"]}
        parquet.write_table(pa.table(rows), folder / "train.parquet")
        (folder / "definition.json").write_text(json.dumps(definition), "utf8")

        task = mlops_model.load(folder, folder / "output")
        table = task.table(train.FORM)
        mlops_model.save(train.fit(table), table)

        model = onnx.load(folder / "output" / "model.onnx")
        onnx.checker.check_model(model)
        self.assertEqual([value.name for value in model.graph.input], [column.name for column in task.features])
        golden = json.loads((folder / "output" / "golden.json").read_text("utf8"))
        self.assertEqual(len(golden["rows"]), 400)
        self.assertEqual(len(golden["predictions"]), 400)


if __name__ == "__main__":
    unittest.main()
