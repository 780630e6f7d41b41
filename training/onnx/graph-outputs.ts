import { probabilityNames, severalClasses, type ClassNames } from "../../platform/definition/class-names";
import { logOddsName, probabilityOf } from "../../platform/model/isotonic-calibration";
import { usualThreshold } from "../../platform/metrics/class-labels";
import type { Signature } from "../../platform/model/signature";
import { areNumbered } from "../../platform/onnx/graph-frame";
import { linearConventions } from "../../platform/onnx/linear-conventions";
import { elementTypes } from "../../platform/onnx/onnx-messages";
import { writeArithmetic } from "./arithmetic-graph";
import type { OnnxGraph } from "./onnx-graph";

const { columnAxis } = linearConventions;

function declareLabel(graph: OnnxGraph, classes: ClassNames): void {
  graph.output("prediction", typeof classes[0] === "string" ? "string" : "int64", ["N", 1]);
}

/** The classes as a constant, to be looked up by position. */
function constantOf(graph: OnnxGraph, classes: ClassNames): string {
  return typeof classes[0] === "string"
    ? graph.strings(classes.map(String), [classes.length])
    : graph.int64s(classes.map(Number), [classes.length]);
}

interface PairOutputs {
  readonly classes: ClassNames;
  readonly threshold: number;
  readonly calibration: Signature["target"]["calibration"];
}

function declarePair(
  graph: OnnxGraph,
  { classes, threshold, calibration }: PairOutputs,
  predictor: string,
): void {
  const output = "probability";
  const probability = calibration
    ? graph.node(
        "Identity",
        { input: writeArithmetic(graph, probabilityOf(calibration), new Map([[logOddsName, predictor]])) },
        { output },
      )
    : graph.node("Sigmoid", { X: predictor }, { output });
  const positive = graph.node("Greater", { A: probability, B: graph.doubles([threshold], [1, 1]) });
  const isPlain = areNumbered(classes);
  const label = graph.node(
    "Cast",
    { input: positive },
    { attributes: { to: elementTypes.int64 }, ...(isPlain && { output: "prediction" }) },
  );
  if (!isPlain) {
    graph.node("Gather", { data: constantOf(graph, classes), indices: label }, { output: "prediction" });
  }
  declareLabel(graph, classes);
  graph.output("probability", "double", ["N", 1]);
}

/** An output for each class: of a matrix MLflow makes no data frame. */
function declareSeveral(graph: OnnxGraph, classes: ClassNames, predictor: string): void {
  const probabilities = graph.node("Softmax", { input: predictor }, { attributes: { axis: columnAxis } });
  const isPlain = areNumbered(classes);
  const label = graph.node(
    "ArgMax",
    { data: probabilities },
    { attributes: { axis: columnAxis, keepdims: 1 }, ...(isPlain && { output: "prediction" }) },
  );
  if (!isPlain) {
    graph.node("Gather", { data: constantOf(graph, classes), indices: label }, { output: "prediction" });
  }
  declareLabel(graph, classes);
  probabilityNames(classes).forEach((output, position) => {
    const Y = graph.int64s([position], [1]);
    graph.node("ArrayFeatureExtractor", { X: probabilities, Y }, { output });
    graph.output(output, "double", ["N", 1]);
  });
}

/**
 * Makes the outputs of what is predicted: a number; the log-odds of the positive class, [N, 1]; or the logits of more classes,
 * [N, classes].
 */
export function declareOutputs(
  graph: OnnxGraph,
  { task, target: { classes = [0, 1], threshold = usualThreshold, calibration } }: Signature,
  predictor: string,
): void {
  if (task === "regression") {
    graph.node("Identity", { input: predictor }, { output: "prediction" });
    graph.output("prediction", "double", ["N", 1]);
  } else if (severalClasses(classes)) declareSeveral(graph, classes, predictor);
  else declarePair(graph, { classes, threshold, calibration }, predictor);
}
