"""Asks a server by MLflow's own client of its scoring server, and in the formats of MLflow's helpers; prints the answers."""

import json
import sys
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pandas as pd
from mlflow.models.utils import convert_input_example_to_serving_input
from mlflow.pyfunc.scoring_server.client import ScoringServerClient


def post(url, body, content_type):
    headers = {"Content-Type": content_type}
    with urlopen(Request(f"{url}/invocations", body.encode(), headers)) as answer:
        return [row["prediction"] for row in json.load(answer)["predictions"]]


def main(url, rows):
    frame = pd.DataFrame(rows)
    parts = urlsplit(url)
    client = ScoringServerClient(parts.hostname, parts.port)
    client.wait_server_ready(timeout=10)
    columns = {name: frame[name].tolist() for name in frame.columns}
    result = {
        "version": client.get_version(),
        "client": client.invoke(frame).get_predictions()["prediction"].tolist(),
        # What MLflow stores beside a model as the example of a request, made of rows by name.
        "serving_input": post(url, convert_input_example_to_serving_input(frame), "application/json"),
        "records": post(url, json.dumps({"dataframe_records": frame.to_dict("records")}), "application/json"),
        "inputs": post(url, json.dumps({"inputs": columns}), "application/json"),
        "csv": post(url, frame.to_csv(index=False), "text/csv"),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
