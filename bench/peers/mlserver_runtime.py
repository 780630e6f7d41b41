"""MLServer has no runtime for ONNX; this is one, as its documentation shows for a custom model."""

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse

from onnx_model import OnnxModel


class OnnxRuntime(MLModel):
    async def load(self):
        self.model = OnnxModel(self.settings.parameters.uri)
        return True

    async def predict(self, payload):
        rows = NumpyCodec.decode_input(payload.inputs[0])
        output = NumpyCodec.encode_output("prediction", self.model.predict(rows))
        return InferenceResponse(model_name=self.name, outputs=[output])
