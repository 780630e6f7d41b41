import { featuresOf, targetOf, type ColumnDefinition } from "../../platform/definition/definition";
import { describeCode } from "../../platform/model/describe-code";
import { shownValue } from "../../platform/definition/shown-value";
import type { CardFacts } from "./card-facts";
import { cardLimits } from "./card-limits";
import { cardSplit } from "./card-split";
import { energyText, metricTable, sliceTable } from "./card-measures";
import {
  detailsTable,
  evaluationDataText,
  factorsText,
  stated,
  trainingDataText,
  usesText,
} from "./card-statements";
import { coefficientSection } from "./coefficient-tables";
import { markdownTable, markdownText } from "./markdown-text";

function frontMatter({ definition }: CardFacts): string {
  const task = `tabular-${definition.task}`;
  const tags = [task, "tabular", "onnx", "mlflow", definition.trainer.kind];
  // JSON is YAML, whatever the text holds.
  const license = definition.card?.license;
  const terms = license === undefined ? "" : `license: ${JSON.stringify(license)}\n`;
  return `---\n${terms}library_name: onnx\npipeline_tag: ${task}\ntags:\n${tags.map((tag) => `- ${tag}`).join("\n")}\n---`;
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
    [...featuresOf(definition).filter(({ personal }) => !personal), targetOf(definition)].map((column) => [
      column.role === "target" ? `${column.name} (target)` : column.name,
      column.type,
      column.unit ?? "",
      allowed(column),
      column.nullable ? "yes" : "no",
      column.description ?? "",
    ]),
  );
}

function lineageTable(facts: CardFacts): string {
  const { lineage } = facts;
  const { data, code, tools } = lineage;
  const split = cardSplit(facts);
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
        `${data.trainingRows} training rows, ${data.heldOutRows} held out${split === undefined ? "" : `, ${split}`}`,
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

/**
 * The model card, `README.md` of a model directory: front matter as on Hugging Face, then the parts of Mitchell et al., "Model Cards for Model
 * Reporting" (2019). What its makers do not say is "not stated". No personal column is in it.
 */
export function modelCard(facts: CardFacts): string {
  const { definition } = facts;
  const about = markdownText(definition.description ?? `Predicts ${targetOf(definition).name}.`);
  return `${frontMatter(facts)}

# ${definition.name}

${about} A ${definition.task} model, trained by \`${definition.trainer.kind}\`.

## Model details

${detailsTable(facts)}

## Intended use

${usesText(facts)}

## Factors

${factorsText(facts)}

## Metrics

${metricTable(facts)}

## Evaluation data

${evaluationDataText(facts)}

## Training data

${trainingDataText(facts)}

${columnTable(facts)}

## Quantitative analyses

${sliceTable(facts)}

## Ethical considerations

${stated(definition.card?.ethicalConsiderations)}

## Limits and recommendations

${cardLimits(facts)}

## Energy

${energyText(facts)}

${facts.linear ? coefficientSection(definition, facts.linear) : ""}## Lineage

${lineageTable(facts)}
`;
}
