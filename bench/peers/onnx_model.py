"""The model directory's `model.onnx` for the servers that have no runtime of their own for it."""

from pathlib import Path

import numpy as np
import onnxruntime


class OnnxModel:
    def __init__(self, directory):
        options = onnxruntime.SessionOptions()
        # For a few rows a thread of its own costs more than it does.
        options.intra_op_num_threads = 1
        file = Path(directory) / "model.onnx"
        self.session = onnxruntime.InferenceSession(str(file), options)
        self.names = [each.name for each in self.session.get_inputs()]

    def predict(self, rows):
        """Predictions of rows of numbers in signature order."""
        columns = np.asarray(rows, dtype=np.float64)
        feed = {name: columns[:, index] for index, name in enumerate(self.names)}
        return self.session.run(["prediction"], feed)[0].reshape(-1)
