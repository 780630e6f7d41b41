"""Loads a model directory as Python users do and prints, as JSON, what each way predicts for the golden rows."""

import json
import sys
from pathlib import Path

import mlflow
import mlflow.onnx
import numpy as np
import onnx
import onnxruntime
import pandas as pd

TYPES = {"tensor(double)": np.float64, "tensor(bool)": np.bool_, "tensor(string)": object}


def frame(golden, signature):
    data = pd.DataFrame(golden["rows"], columns=[column["name"] for column in signature])
    for column in signature:
        if column["type"] == "string":
            data[column["name"]] = data[column["name"]].fillna("").astype(object)
        elif column["type"] == "double":
            data[column["name"]] = data[column["name"]].astype(float)
    return data


def main(directory):
    golden = json.loads((directory / "golden.json").read_text())
    model = mlflow.pyfunc.load_model(str(directory))
    signature = model.metadata.signature.inputs.to_dict()
    data = frame(golden, signature)
    by_pyfunc = model.predict(data)

    graph = mlflow.onnx.load_model(str(directory))
    onnx.checker.check_model(graph, full_check=True)

    session = onnxruntime.InferenceSession(str(directory / "model.onnx"))
    shapes = {i.name: (-1,) + tuple(i.shape[1:]) for i in session.get_inputs()}
    feed = {
        i.name: data[i.name].to_numpy(dtype=TYPES[i.type]).reshape(shapes[i.name]) for i in session.get_inputs()
    }
    by_session = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed)))

    example = model.metadata.load_input_example(str(directory))
    result = {
        "signature": signature,
        "run": model.metadata.run_id,
        "example_rows": len(example),
        "pyfunc": {name: by_pyfunc[name].tolist() for name in by_pyfunc.columns},
        "onnxruntime": {name: values.reshape(-1).tolist() for name, values in by_session.items()},
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
