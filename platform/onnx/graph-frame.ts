import type { Signature } from "../model/signature";
import { differs, type GraphReader } from "./graph-reader";
import { linearConventions } from "./linear-conventions";
import type { OnnxGraph } from "./onnx-file";
import { elementTypes } from "./onnx-messages";

/** What is the same in every graph that our trainers write: the operator sets, the inputs and what the outputs are made of. */

export function checkOperatorSets(
  { operatorSets: found }: OnnxGraph,
  expected: Readonly<Record<string, number>>,
): void {
  const sets = Object.entries(expected);
  if (found.size !== sets.length || sets.some(([domain, version]) => found.get(domain) !== version)) {
    differs("its operator sets are others");
  }
}

export function checkInputs({ inputs: found }: OnnxGraph, { inputs }: Signature): void {
  if (found.size !== inputs.length) differs("features are left out");
  for (const { name, type } of inputs) {
    if (found.get(name) !== elementTypes[linearConventions.inputTypes[type]]) {
      differs(`${name} is not a ${type}`);
    }
  }
}

/** The name of what is predicted, before what makes a probability of it; checks that the outputs are made of it as the task wants. */
export function predictorOf(graph: GraphReader, { task, target }: Signature): string {
  if (task === "regression") return graph.inputs("Identity", "prediction").input;
  let label = "prediction";
  const classes = target.classes ?? [0, 1];
  if (typeof classes[0] === "string") {
    const { data, indices } = graph.inputs("Gather", label);
    if (graph.constant(data).values.join("\n") !== classes.join("\n")) differs("the classes are others");
    label = indices;
  }
  const { inputs, attributes } = graph.node("Cast", label);
  if (attributes.to !== elementTypes.int64) differs("the class is not a whole number");
  const { A: probability, B: threshold } = graph.inputs("Greater", inputs.input);
  if (probability !== "probability" || graph.numbers(threshold, 1)[0] !== linearConventions.threshold) {
    differs(`the class is not that above a probability of ${linearConventions.threshold}`);
  }
  return graph.inputs("Sigmoid", "probability").X;
}
