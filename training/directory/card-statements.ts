import { targetOf } from "../../platform/definition/definition";
import { describeSplitRule } from "../../platform/data/split-rule";
import { counted } from "../../platform/base/wording";
import type { CardFacts } from "./card-facts";
import { markdownTable, markdownText } from "./markdown-text";

const notStated = "Not stated.";

/** What the makers say, or that they say nothing. */
export const stated = (text: string | undefined): string =>
  text === undefined ? notStated : markdownText(text);

/** Who made what, when, and under which terms. */
export function detailsTable({ definition, lineage }: CardFacts): string {
  const { card, task, trainer } = definition;
  const orNot = (text: string | undefined): string => text ?? "not stated";
  return markdownTable(
    ["What", "Value"],
    [
      ["Developed by", orNot(card?.developers)],
      ["Contact", orNot(card?.contact)],
      ["Licence", orNot(card?.license)],
      ["Type", `${task} by ${trainer.kind}, as ONNX`],
      ["Predicts", targetOf(definition).name],
      ["Trained", lineage.createdAt],
    ],
  );
}

/** What it is for, for whom, and what it is not for. */
export function usesText({ definition: { card } }: CardFacts): string {
  return [
    `- Intended use: ${stated(card?.intendedUse)}`,
    `- Intended users: ${stated(card?.intendedUsers)}`,
    `- Out of scope: ${stated(card?.outOfScope)}`,
  ].join("\n");
}

/** What the predictions may depend on; the groups that are measured are named by the analyses. */
export function factorsText({ definition: { card }, metrics }: CardFacts): string {
  const columns = [...new Set((metrics.heldOut.slices ?? []).map(({ column }) => column))];
  const measured =
    columns.length === 0 ? "" : ` It was measured by groups of ${columns.map(markdownText).join(", ")}.`;
  return `${stated(card?.factors)}${measured}`;
}

/** The rows that it was measured on. */
export function evaluationDataText({ definition: { card }, lineage: { data, split } }: CardFacts): string {
  const how = split ? `, ${markdownText(describeSplitRule(split))}` : "";
  return `${counted(data.heldOutRows, "row")} of the same source as the training rows, held out${how}. ${stated(card?.evaluationData)}`;
}

/** The rows that it was trained on. */
export function trainingDataText({ definition: { card }, lineage: { data } }: CardFacts): string {
  return `${counted(data.trainingRows, "row")} of ${markdownText(data.source)}. ${stated(card?.trainingData)}`;
}
