"""Service of BentoML."""

import os

import bentoml

from onnx_model import OnnxModel


@bentoml.service(workers=1)
class Scoring:
    def __init__(self):
        self.model = OnnxModel(os.environ["MODEL_DIRECTORY"])

    @bentoml.api
    async def score(self, data: list[list[float]]) -> list[float]:
        return self.model.predict(data).tolist()
