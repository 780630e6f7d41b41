"""Asks a server by KServe's client of the Open Inference Protocol and prints what it answers."""

import asyncio
import json
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput

BYTES_PLEASE = [RequestedOutput("prediction", parameters={"binary_data": True})]
TYPES = {"FP64": np.float64, "BOOL": np.bool_, "BYTES": np.object_}


async def infer(server, url, model, rows, metadata, binary, outputs=None):
    inputs = []
    for each in metadata["inputs"]:
        name, datatype = each["name"], each["datatype"]
        values = np.array([row[name] for row in rows], dtype=TYPES[datatype])
        tensor = InferInput(name=name, shape=list(values.shape), datatype=datatype)
        tensor.set_data_from_numpy(values, binary_data=binary)
        inputs.append(tensor)
    request = InferRequest(model_name=model, infer_inputs=inputs, request_id="from-kserve", request_outputs=outputs)
    answer = await server.infer(url, request, model_name=model)
    return {"id": answer.id, "prediction": answer.outputs[0].as_numpy().reshape(-1).tolist()}


async def main(url, model, rows):
    async with InferenceRESTClient(RESTConfig(protocol="v2", retries=0)) as server:
        metadata = (await server._client.get(f"{url}/v2/models/{model}")).json()
        result = {
            "live": await server.is_server_live(url),
            "ready": await server.is_server_ready(url),
            "modelReady": await server.is_model_ready(url, model),
            "json": await infer(server, url, model, rows, metadata, binary=False),
            "binary": await infer(server, url, model, rows, metadata, binary=True),
            "binaryOutput": await infer(server, url, model, rows, metadata, binary=False, outputs=BYTES_PLEASE),
        }
        print(json.dumps(result))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
