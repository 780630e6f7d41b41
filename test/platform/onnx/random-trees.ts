import type { ClassNames } from "../../../platform/definition/class-names";
import type { Signature, SignatureColumn } from "../../../platform/model/signature";
import type { FeatureTable } from "../../../platform/model/table";
import { otherCategory, type TreeLink, type TreeParameters } from "../../../platform/onnx/tree-parameters";
import { uniform } from "../../training/trainers/trees/rows";

const categoryValues = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index}`);

const inputs: SignatureColumn[] = [
  { name: "number", type: "number", nullable: true },
  { name: "other", type: "number", nullable: true },
  { name: "flag", type: "boolean", nullable: false },
  { name: "few", type: "category", nullable: true, values: categoryValues(5) },
  { name: "many", type: "category", nullable: true },
];

const classes: Readonly<Record<TreeLink, ClassNames | undefined>> = {
  identity: undefined,
  log: undefined,
  "log-odds": ["no", "yes"],
  logits: [3, 1, 2],
};

function signatureFor(link: TreeLink): Signature {
  const named = classes[link];
  return {
    task: named ? "classification" : "regression",
    inputs,
    target: { name: "y", ...(named && { classes: named }) },
  };
}

/** Trees of any shape over numbers, a boolean and categories with few values and with many. */
export function randomTrees(
  seed: number,
  {
    trees: count = 20,
    link = "identity",
    leaves = 12,
  }: { readonly trees?: number; readonly link?: TreeLink; readonly leaves?: number } = {},
): TreeParameters {
  const draw = uniform(seed);
  const below = (end: number): number => Math.floor(draw() * end);
  const features = inputs.map(({ name, type }, index) => ({
    column: name,
    ...(type === "category" && { values: categoryValues(index === 3 ? 5 : 150) }),
  }));
  const nodes: {
    feature: number;
    threshold: number;
    set?: number[];
    missingLeft: number;
    left: number;
    right: number;
  }[] = [];
  const leafValues: number[] = [];
  const add = (size: number): number => {
    if (size === 1) return ~(leafValues.push(draw() - 0.5) - 1);
    const feature = below(features.length);
    const { values } = features[feature] ?? {};
    const codes = values && Array.from({ length: values.length + 1 }, (_, index) => otherCategory + index);
    const index =
      nodes.push({
        feature,
        threshold: codes ? 0 : feature === 2 ? 0.5 : below(10) / 10,
        // Never empty: no trainer makes such a set, and onnxruntime refuses it.
        ...(codes && { set: codes.filter((code) => code === codes[feature] || draw() < 0.4) }),
        missingLeft: codes ? 0 : below(2),
        left: 0,
        right: 0,
      }) - 1;
    const leftSize = 1 + below(size - 1);
    const [left, right] = [add(leftSize), add(size - leftSize)];
    Object.assign(nodes[index] ?? {}, { left, right });
    return index;
  };
  const width = link === "logits" ? 3 : 1;
  const roots = Array.from({ length: count }, () => add(leaves));
  return {
    signature: signatureFor(link),
    link,
    bases: Array.from({ length: width }, () => draw() - 0.5),
    features,
    trees: {
      roots: Int32Array.from(roots),
      targets: Int32Array.from(roots, (_, tree) => tree % width),
      features: Int32Array.from(nodes, ({ feature }) => feature),
      thresholds: Float64Array.from(nodes, ({ threshold }) => threshold),
      categories: new Map(nodes.flatMap(({ set }, node) => (set ? [[node, set] as const] : []))),
      missingLeft: Uint8Array.from(nodes, ({ missingLeft }) => missingLeft),
      left: Int32Array.from(nodes, ({ left }) => left),
      right: Int32Array.from(nodes, ({ right }) => right),
      leafValues: Float64Array.from(leafValues),
      leafRows: Int32Array.from(leafValues, () => 1 + below(100)),
    },
  };
}

/** Rows that hit thresholds exactly, and have missing values and categories that no tree knows. */
export function randomTable(seed: number, rows: number): FeatureTable {
  const draw = uniform(seed);
  const number = (): number => (draw() < 0.2 ? NaN : draw() < 0.5 ? Math.floor(draw() * 11) / 10 : draw());
  const category = (values: number) => (): string =>
    draw() < 0.2 ? "" : `v${Math.floor(draw() * (values + 2))}`;
  return {
    rows,
    columns: new Map<string, Float64Array | Uint8Array | string[]>([
      ["number", Float64Array.from({ length: rows }, number)],
      ["other", Float64Array.from({ length: rows }, number)],
      ["flag", Uint8Array.from({ length: rows }, () => Math.floor(draw() * 2))],
      ["few", Array.from({ length: rows }, category(5))],
      ["many", Array.from({ length: rows }, category(150))],
    ]),
  };
}
