import { targetOf } from "../../platform/definition/definition";
import { counted } from "../../platform/base/wording";
import type { CardFacts } from "./card-facts";
import { cardSplit } from "./card-split";
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
export function evaluationDataText(facts: CardFacts): string {
  const { card } = facts.definition;
  const split = cardSplit(facts);
  const how = split === undefined ? "" : `, ${markdownText(split)}`;
  const why = card?.evaluationData ?? "Why they stand for what it will be asked is not stated.";
  return `${counted(facts.lineage.data.heldOutRows, "row")} of the same source as the training rows, held out${how}. ${markdownText(why)}`;
}

/** The rows that it was trained on. */
export function trainingDataText({ definition: { card }, lineage: { data } }: CardFacts): string {
  const from = card?.trainingData ?? "Where they are from, and how they were gathered, is not stated.";
  return `${counted(data.trainingRows, "row")} of ${markdownText(data.source)}. ${markdownText(from)}`;
}
