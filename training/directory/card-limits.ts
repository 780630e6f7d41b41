import { featuresOf } from "../../platform/definition/definition";
import { counted, percent } from "../../platform/base/wording";
import { formatNumber } from "../../platform/base/format-number";
import type { CardFacts } from "./card-facts";
import { markdownText } from "./markdown-text";

function intervalLimit({
  definition: { intervals },
  lineage,
  metrics,
}: Pick<CardFacts, "definition" | "lineage" | "metrics">): string[] {
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

/** What is known of any model of its kind, and what its makers state. */
export function cardLimits({ definition, linear, lineage, metrics }: CardFacts): string {
  const features = featuresOf(definition);
  const shown = features.filter((column) => !column.personal);
  const nullable = shown.filter((column) => column.nullable).map(({ name }) => name);
  const open = shown.filter(({ type, values }) => type === "category" && !values).map(({ name }) => name);
  const personal = features.filter((column) => column.personal).length;
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
    ...(personal > 0
      ? [
          `It takes ${counted(personal, "feature")} that may identify a person and ${personal === 1 ? "is" : "are"} not described here: no log, profile or example of this model has values of ${personal === 1 ? "it" : "them"}.`,
        ]
      : []),
    ...(linear && nullable.length > 0
      ? [`Missing values of ${nullable.map(markdownText).join(", ")} are filled: ${imputation}.`]
      : []),
    ...(linear && open.length > 0
      ? [`A value of ${open.map(markdownText).join(", ")} not seen in training has no effect.`]
      : []),
    "A coefficient or an association is not a cause.",
    ...(definition.card?.limitations === undefined ? [] : [markdownText(definition.card.limitations)]),
  ]
    .map((sentence) => `- ${sentence}`)
    .join("\n");
}
