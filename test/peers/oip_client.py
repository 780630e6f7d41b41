"""Asks a server by Triton's client of the Open Inference Protocol, in JSON and in binary, and prints what it answers."""

import json
import sys

import numpy as np
import tritonclient.http as client

TYPES = {"FP64": np.float64, "BOOL": np.bool_, "BYTES": np.object_}


def infer(server, model, rows, types, binary):
    inputs = []
    for name, datatype in types.items():
        values = np.array([row[name] for row in rows], dtype=TYPES[datatype])
        tensor = client.InferInput(name, list(values.shape), datatype)
        tensor.set_data_from_numpy(values, binary_data=binary)
        inputs.append(tensor)
    outputs = [client.InferRequestedOutput("prediction", binary_data=binary)]
    answer = server.infer(model, inputs, outputs=outputs, request_id="from-triton", model_version="1")
    return {"id": answer.get_response()["id"], "prediction": answer.as_numpy("prediction").reshape(-1).tolist()}


def main(url, model, rows):
    server = client.InferenceServerClient(url.removeprefix("http://"))
    metadata = server.get_model_metadata(model)
    types = {each["name"]: each["datatype"] for each in metadata["inputs"]}
    try:
        server.infer("another", [])
        refused = None
    except client.InferenceServerException as error:
        refused = error.status()
    result = {
        "live": server.is_server_live(),
        "ready": server.is_server_ready(),
        "modelReady": server.is_model_ready(model),
        "otherReady": server.is_model_ready("another"),
        "extensions": server.get_server_metadata()["extensions"],
        "model": metadata["name"],
        "refused": refused,
        "json": infer(server, model, rows, types, binary=False),
        "binary": infer(server, model, rows, types, binary=True),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
