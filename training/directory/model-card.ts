import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { describeSplitRule } from "../../platform/data/split-rule";
import { percent } from "../../platform/base/wording";
import { formatNumber } from "../../platform/base/format-number";
import { metrics as metricFacts, metricNames } from "../../platform/definition/metric-names";
import { describeCode } from "../../platform/model/describe-code";
import type { Lineage, ModelMetrics } from "../../platform/model/model-directory";
import { shownValue } from "../../platform/definition/shown-value";
import { coefficientSection } from "./coefficient-tables";
import { markdownTable, markdownText } from "./markdown-text";
import type { LinearParameters, MultinomialParameters } from "../../platform/onnx/linear-parameters";

interface CardFacts {
  readonly definition: ModelDefinition;
  readonly metrics: ModelMetrics;
  readonly lineage: Lineage;
  /** Absent when a program of its own has trained the model. */
  readonly linear?: LinearParameters | MultinomialParameters | undefined;
}

function frontMatter({ definition }: CardFacts): string {
  const task = `tabular-${definition.task}`;
  const tags = [task, "tabular", "onnx", "mlflow", definition.trainer.kind];
  return `---\nlibrary_name: onnx\npipeline_tag: ${task}\ntags:\n${tags.map((tag) => `- ${tag}`).join("\n")}\n---`;
}

function allowed(column: ColumnDefinition): string {
  const { type, range, values, classes } = column;
  if (range) return `${shownValue(column, range[0])} to ${shownValue(column, range[1])}`;
  if (values) return values.join(", ");
  if (classes) return classes.join(", ");
  return type === "boolean" ? "true, false" : "any";
}

function columnTable({ definition }: CardFacts): string {
  return markdownTable(
    ["Column", "Type", "Unit", "Allowed", "May be missing", "Description"],
    [...featuresOf(definition), targetOf(definition)].map((column) => [
      column.role === "target" ? `${column.name} (target)` : column.name,
      column.type,
      column.unit ?? "",
      allowed(column),
      column.nullable ? "yes" : "no",
      column.description ?? "",
    ]),
  );
}

function metricTable({ metrics: { heldOut, training } }: CardFacts): string {
  const show = (value: number | undefined): string => (value === undefined ? "" : formatNumber(value));
  const names = metricNames.filter(
    (name) => heldOut.metrics[name] !== undefined || training.metrics[name] !== undefined,
  );
  return markdownTable(
    ["Metric", `Held out (${heldOut.rows} rows)`, `Training (${training.rows} rows)`, "Meaning"],
    names.map((name) => [
      name,
      show(heldOut.metrics[name]),
      show(training.metrics[name]),
      `${metricFacts[name].description}; ${metricFacts[name].better} is better`,
    ]),
  );
}

function intervalLimit({
  definition,
  lineage,
  metrics,
}: Pick<CardFacts, "definition" | "lineage" | "metrics">): string[] {
  const { intervals } = definition;
  const { intervalMargin: margin, intervalFactor: factor } = lineage.chosen ?? {};
  if (intervals === undefined) return [];
  const held = `is to hold ${percent(intervals.coverage)} of the targets; of the held-out ones it holds ${percent(metrics.heldOut.covered ?? NaN)}.`;
  return [
    ...(margin === undefined
      ? []
      : [`An interval of ${formatNumber(margin)} to either side of a prediction ${held}`]),
    ...(factor === undefined
      ? []
      : [`An interval from a prediction divided by ${formatNumber(factor)} to one multiplied by it ${held}`]),
  ];
}

function limits({ definition, linear, lineage, metrics }: CardFacts): string {
  const features = featuresOf(definition);
  const nullable = features.filter((column) => column.nullable).map(({ name }) => name);
  const open = features.filter(({ type, values }) => type === "category" && !values).map(({ name }) => name);
  const personal = features.filter((column) => column.personal).map(({ name }) => name);
  const imputation = "numbers by the training median, categories by the most frequent value";
  return [
    "It was measured on rows of the same source as those it was trained on; on others it may be worse.",
    ...(linear
      ? [
          "It is linear in its features: beyond the range of the training data its predictions are extrapolations.",
        ]
      : []),
    ...(lineage.chosen?.threshold !== undefined
      ? [
          `The positive class is predicted above a probability of ${formatNumber(lineage.chosen.threshold)}, which was chosen on training rows that the model had not seen.`,
        ]
      : []),
    ...intervalLimit({ definition, lineage, metrics }),
    ...(definition.calibration !== undefined
      ? [
          `Its probabilities were calibrated by ${definition.calibration === "platt" ? "Platt's sigmoid" : "isotonic regression"} on training rows that the model had not seen.`,
        ]
      : []),
    ...("classWeight" in definition.trainer &&
    definition.trainer.classWeight !== undefined &&
    definition.calibration === undefined
      ? [
          "Classes were weighted in training: its probabilities are not the shares of the classes among rows like these.",
        ]
      : []),
    ...(personal.length > 0
      ? [
          `Values of ${personal.map(markdownText).join(", ")} may identify a person: no log, profile or example of this model has them.`,
        ]
      : []),
    ...(linear && nullable.length > 0
      ? [`Missing values of ${nullable.map(markdownText).join(", ")} are filled: ${imputation}.`]
      : []),
    ...(linear && open.length > 0
      ? [`A value of ${open.map(markdownText).join(", ")} not seen in training has no effect.`]
      : []),
    "A coefficient or an association is not a cause.",
  ]
    .map((sentence) => `- ${sentence}`)
    .join("\n");
}

function lineageTable({ lineage }: CardFacts): string {
  const { data, code, tools, split } = lineage;
  const { kind, ...settings } = lineage.parameters;
  const commits = describeCode(code)
    .map(([what, value]) => `${what}: ${value}`)
    .join("; ");
  const program =
    lineage.program &&
    `${lineage.program.files.map(({ path }) => path).join(", ")}, SHA-256 ${lineage.program.digest}`;
  return markdownTable(
    ["What", "Value"],
    [
      ["Run", lineage.run],
      ["Created", lineage.createdAt],
      ["Data", `${data.source}, ${data.rows} rows, SHA-256 ${data.digest}`],
      [
        "Split",
        `${data.trainingRows} training rows, ${data.heldOutRows} held out${split ? `, ${describeSplitRule(split)}` : ""}`,
      ],
      ["Trainer", `${kind} ${JSON.stringify(settings)}`],
      ...(program === undefined ? [] : [["Program", program]]),
      ...(commits === "" ? [] : [["Code", commits]]),
      ...(lineage.parentRun ? [["Parent run", lineage.parentRun]] : []),
      ...(lineage.champion ? [["Compared with", lineage.champion]] : []),
      [
        "Tools",
        Object.entries(tools)
          .map(([name, version]) => `${name} ${version}`)
          .join(", "),
      ],
    ],
  );
}

/** The model card, `README.md` of a model directory: front matter as on Hugging Face, then what people ask. */
export function modelCard(facts: CardFacts): string {
  const { definition } = facts;
  const about = markdownText(definition.description ?? `Predicts ${targetOf(definition).name}.`);
  return `${frontMatter(facts)}

# ${definition.name}

${about} A ${definition.task} model, trained by \`${definition.trainer.kind}\`.

## Data

${columnTable(facts)}

## Metrics

${metricTable(facts)}

${facts.linear ? coefficientSection(definition, facts.linear) : ""}## Limits

${limits(facts)}

## Lineage

${lineageTable(facts)}
`;
}
