import type { TreeLookup } from "../../platform/onnx/tree-parameters";
import type { OnnxGraph } from "./onnx-graph";

/** A number for each text of a column, [N, 1], whose last one is that of all other texts. */
export function lookUp(graph: OnnxGraph, X: string, { texts, numbers, other }: TreeLookup): string {
  const attributes = {
    keys_strings: texts,
    values_int64s: texts.map((_, place) => place),
    default_int64: texts.length,
  };
  const indices = graph.node("LabelEncoder", { X }, { attributes });
  return graph.node("Gather", { data: graph.doubles([...numbers, other], [texts.length + 1]), indices });
}
