"""Entry script of azureml-inference-server-http."""

import json
import os

from onnx_model import OnnxModel

model = None


def init():
    global model
    model = OnnxModel(os.environ["AZUREML_MODEL_DIR"])


def run(data):
    return {"result": model.predict(json.loads(data)["data"]).tolist()}
