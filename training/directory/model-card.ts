import {
  featuresOf,
  targetOf,
  type ColumnDefinition,
  type ModelDefinition,
} from "../../platform/definition/definition";
import { describeSplitRule } from "../../platform/data/split-rule";
import { formatNumber } from "../../platform/base/format-number";
import { metrics as metricFacts, metricNames } from "../../platform/definition/metric-names";
import { describeCode } from "../../platform/model/describe-code";
import type { Lineage, ModelMetrics } from "../../platform/model/model-directory";
import { markdownText } from "./markdown-text";
import type { LinearParameters } from "../../platform/onnx/linear-parameters";

const maxCoefficients = 50;

interface CardFacts {
  readonly definition: ModelDefinition;
  readonly metrics: ModelMetrics;
  readonly lineage: Lineage;
  /** Absent when a program of its own has trained the model. */
  readonly linear?: LinearParameters | undefined;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;
  return [line(head), `| ${head.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

function frontMatter({ definition }: CardFacts): string {
  const task = `tabular-${definition.task}`;
  const tags = [task, "tabular", "onnx", "mlflow", definition.trainer.kind];
  return `---\nlibrary_name: onnx\npipeline_tag: ${task}\ntags:\n${tags.map((tag) => `- ${tag}`).join("\n")}\n---`;
}

function allowed({ type, range, values }: ColumnDefinition): string {
  if (range) return `${range[0]} to ${range[1]}`;
  if (values) return values.join(", ");
  return type === "boolean" ? "true, false" : "any";
}

function columnTable({ definition }: CardFacts): string {
  return table(
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
  return table(
    ["Metric", `Held out (${heldOut.rows} rows)`, `Training (${training.rows} rows)`, "Meaning"],
    names.map((name) => [
      name,
      show(heldOut.metrics[name]),
      show(training.metrics[name]),
      `${metricFacts[name].description}; ${metricFacts[name].better} is better`,
    ]),
  );
}

function coefficientSection({ definition, linear }: CardFacts): string {
  if (!linear) return "";
  const coefficients = linear.terms.flatMap((term) =>
    term.kind === "category"
      ? term.values.map(
          (value, index) => [`${term.column} = ${value}`, term.coefficients[index] ?? 0] as const,
        )
      : [[term.column, term.coefficient] as const],
  );
  const sorted = coefficients.toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const shown = sorted.slice(0, maxCoefficients).map(([name, value]) => [name, formatNumber(value)]);
  const unit = targetOf(definition).unit;
  const scale =
    definition.task === "regression"
      ? `units of the target${unit ? ` (${markdownText(unit)})` : ""}`
      : "log-odds";
  const { trainer } = definition;
  const perUnit =
    trainer.kind === "ridge" && trainer.standardize === false
      ? `In ${scale}: the change per unit of a number`
      : `On the standardised scale, in ${scale}: the change per standard deviation of a number`;
  const rest =
    sorted.length > shown.length ? `\n\n${sorted.length - shown.length} smaller ones are left out.` : "";
  return `## Coefficients\n\n${perUnit}, or for a category's value or a boolean that is true. Intercept: ${formatNumber(linear.intercept)}.\n\n${table(["Feature", "Coefficient"], shown)}${rest}\n\n`;
}

function limits({ definition, linear }: CardFacts): string {
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
  return table(
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

${coefficientSection(facts)}## Limits

${limits(facts)}

## Lineage

${lineageTable(facts)}
`;
}
