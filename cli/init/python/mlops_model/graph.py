"""The graph around a converted model: features by name go in, `prediction` and `probability` come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
from onnx import TensorProto, compose, helper

from .errors import ModelError

if TYPE_CHECKING:
    from .tables import Table
    from .task import Column

INNER = "model/"


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def node(self, op: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], domain=domain, name=output, **attributes))
        return output

    def constant(self, name: str, kind: int, values: list) -> str:
        self.constants.append(helper.make_tensor(name, kind, [len(values)], values))
        return name


def surround(inner: onnx.ModelProto, table: Table) -> onnx.ModelProto:
    """The model as it is served: an input per feature, named after it, of shape [N, 1]; `prediction` [N], and of a
    classification `probability`: of the last of two classes [N], of more classes [N, K] in their order."""
    prefixed = compose.add_prefix(inner, INNER)
    graph = _Graph()
    _inputs(graph, table, prefixed)
    graph.nodes.extend(prefixed.graph.node)
    graph.constants.extend(prefixed.graph.initializer)
    _outputs(graph, table, prefixed)
    made = helper.make_graph(graph.nodes, "mlops_model", graph.inputs, graph.outputs, graph.constants)
    return helper.make_model(made, opset_imports=_opsets(inner), ir_version=8, functions=prefixed.functions)


def _opsets(inner: onnx.ModelProto) -> list[onnx.OperatorSetIdProto]:
    versions = {opset.domain: opset.version for opset in inner.opset_import}
    # Converters declare only what they use; nodes around the model are as they were in these versions.
    versions[""] = max(versions.get("", 0), 13)
    versions["ai.onnx.ml"] = max(versions.get("ai.onnx.ml", 0), 2)
    return [helper.make_opsetid(domain, version) for domain, version in versions.items()]


def _inputs(graph: _Graph, table: Table, inner: onnx.ModelProto) -> None:
    column_shape = graph.constant("column_shape", TensorProto.INT64, [-1, 1])
    parts = []
    for index, column in enumerate(table.task.features):
        kind = {"category": TensorProto.STRING, "boolean": TensorProto.BOOL}.get(column.type, TensorProto.FLOAT)
        graph.inputs.append(helper.make_tensor_value_info(column.name, kind, ["N", 1]))
        flat = graph.node("Reshape", [column.name, column_shape], f"column/{index}")
        if table.form == "frame":
            # The converter has them in their order, under names of its own: without spaces and signs, which columns may have.
            known = inner.graph.input[index].name
            if column.type == "boolean":
                graph.node("Cast", [flat], known, to=TensorProto.FLOAT)
            else:
                graph.node("Identity", [flat], known)
        else:
            parts.append(_encoded(graph, table, column, flat, f"encoded/{index}"))
    if table.form != "frame":
        [value] = inner.graph.input
        graph.node("Concat", parts, value.name, axis=1)


def _encoded(graph: _Graph, table: Table, column: Column, flat: str, name: str) -> str:
    """The columns of X that a feature becomes, as `tables` makes them of the rows."""
    if column.type == "number":
        return flat
    if column.type == "boolean":
        return graph.node("Cast", [flat], name, to=TensorProto.FLOAT)
    values = table.values[column.name]
    coded = graph.node(
        "LabelEncoder",
        [flat],
        f"{name}/code",
        "ai.onnx.ml",
        keys_strings=list(values),
        values_floats=[float(code) for code in range(len(values))],
        default_float=float(len(values)),
    )
    if table.form == "codes":
        return coded
    codes = graph.constant(f"{name}/codes", TensorProto.FLOAT, [float(code) for code in range(len(values))])
    return graph.node("Cast", [graph.node("Equal", [coded, codes], f"{name}/is")], name, to=TensorProto.FLOAT)


def _output_of(inner: onnx.ModelProto, classification: bool) -> str:
    """Converters name it as they like: it is the one output of floats, after a classification's labels."""
    floating = (TensorProto.FLOAT, TensorProto.DOUBLE)
    found = [value.name for value in inner.graph.output if value.type.tensor_type.elem_type in floating]
    if len(found) == 1:
        return found[0]
    what = "probabilities" if classification else "predictions"
    names = ", ".join(value.name for value in inner.graph.output)
    raise ModelError(
        f"The converted model has the outputs {names}: one of {what} is expected. A classifier without probabilities, such as "
        "LinearSVC, cannot be served: use one that has predict_proba."
    )


def _outputs(graph: _Graph, table: Table, inner: onnx.ModelProto) -> None:
    task = table.task
    given = _output_of(inner, task.classification)
    if not task.classification:
        flat = graph.constant("flat", TensorProto.INT64, [-1])
        number = graph.node("Cast", [given], "number", to=TensorProto.DOUBLE)
        graph.node("Reshape", [number, flat], "prediction")
        graph.outputs.append(helper.make_tensor_value_info("prediction", TensorProto.DOUBLE, ["N"]))
        return
    count = len(task.classes)
    wide = graph.constant("wide", TensorProto.INT64, [-1, count])
    chances = graph.node("Reshape", [graph.node("Cast", [given], "chances", to=TensorProto.DOUBLE), wide], "by_class")
    if count == 2:
        flat = graph.constant("flat", TensorProto.INT64, [-1])
        last = graph.constant("last", TensorProto.INT64, [1])
        positive = graph.node("Gather", [chances, last], "positive", axis=1)
        graph.node("Reshape", [positive, flat], "probability")
        half = graph.constant("half", TensorProto.DOUBLE, [0.5])
        above = graph.node("Greater", ["probability", half], "above")
        number = graph.node("Cast", [above], "class", to=TensorProto.INT64)
        shape: list = ["N"]
    else:
        graph.node("Identity", [chances], "probability")
        number = graph.node("ArgMax", ["probability"], "class", axis=1, keepdims=0)
        shape = ["N", count]
    _labels(graph, task.classes, number)
    graph.outputs.append(helper.make_tensor_value_info("probability", TensorProto.DOUBLE, shape))


def _labels(graph: _Graph, classes: tuple, number: str) -> None:
    if all(isinstance(name, int) for name in classes):
        kind, names = TensorProto.INT64, graph.constant("names", TensorProto.INT64, list(classes))
    else:
        kind, names = TensorProto.STRING, graph.constant("names", TensorProto.STRING, [str(name).encode() for name in classes])
    graph.node("Gather", [names, number], "prediction", axis=0)
    graph.outputs.append(helper.make_tensor_value_info("prediction", kind, ["N"]))
