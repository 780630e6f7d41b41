import { probabilityNames, severalClasses, type ClassNames } from "../definition/class-names";
import { probabilityOf } from "../model/isotonic-calibration";
import type { Signature } from "../model/signature";
import { differs, type GraphReader } from "./graph-reader";
import { usualThreshold } from "../metrics/class-labels";
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
  const classes = target.classes ?? [0, 1];
  const several = severalClasses(classes);
  if (several) return predictorOfSeveral(graph, several);
  const label = areNumbered(classes) ? "prediction" : positionOf(graph, classes);
  const { inputs, attributes } = graph.node("Cast", label);
  if (attributes.to !== elementTypes.int64) differs("the class is not a whole number");
  const { A: probability, B: bound } = graph.inputs("Greater", inputs.input);
  const threshold = target.threshold ?? usualThreshold;
  if (probability !== "probability" || graph.numbers(bound, 1)[0] !== threshold) {
    differs(`the class is not that above a probability of ${threshold}`);
  }
  return target.calibration
    ? graph.ofArithmetic(probabilityOf(target.calibration), graph.inputs("Identity", "probability").input)
    : graph.inputs("Sigmoid", "probability").X;
}

/** Whether classes are their own positions, so that nothing has to be looked up. */
export function areNumbered(classes: ClassNames): boolean {
  return classes.every((name, position) => name === position);
}

/** The name of the class's position, of which the label is made. */
function positionOf(graph: GraphReader, classes: ClassNames): string {
  const { data, indices } = graph.inputs("Gather", "prediction");
  const { values } = graph.constant(data);
  if (values.length !== classes.length || values.some((value, index) => value !== classes[index])) {
    differs("the classes are others");
  }
  return indices;
}

/** Of more than two classes: the name of the sums, [N, classes], whose softmax are the probabilities. */
function predictorOfSeveral(graph: GraphReader, classes: ClassNames): string {
  const { inputs, attributes } = graph.node(
    "ArgMax",
    areNumbered(classes) ? "prediction" : positionOf(graph, classes),
  );
  const { columnAxis } = linearConventions;
  if (attributes.axis !== columnAxis || attributes.keepdims !== 1) differs("the class is another");
  probabilityNames(classes).forEach((name, position) => {
    const { X, Y } = graph.inputs("ArrayFeatureExtractor", name);
    if (X !== inputs.data || graph.numbers(Y, 1)[0] !== position) differs(`${name} is of another class`);
  });
  const { inputs: softmax, attributes: along } = graph.node("Softmax", inputs.data);
  if (along.axis !== columnAxis) differs("the probabilities are not of the classes");
  return softmax.input;
}
