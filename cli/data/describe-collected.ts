import { formatNumber } from "../../platform/base/format-number";
import { typedCommand } from "../../platform/base/typed-commands";
import { shownPath } from "../../platform/base/shown-path";
import { counted } from "../../platform/base/wording";
import { shortDigest } from "../../platform/base/files";
import { placeOf } from "../../platform/release/place";
import type { VersionOutcome } from "../../platform/predictions/outcomes";
import type { Collected } from "./collect-data";

/** Words for what was left out, where they say more than its name. */
const reasons: Readonly<Record<string, string>> = {
  present: "there already",
  differing: "there already with other values, which stay",
  otherColumns: "of a version with other columns",
  otherModel: "of another model, whose log is among this one's files",
  unknownLabels: "labels of requests that are not in the log",
};

function describeOutcome({ model, rows, from, to, metrics }: VersionOutcome): string {
  const measured = Object.entries(metrics).map(([name, value]) => `${name} ${formatNumber(value)}`);
  const right = measured.length === 0 ? "not measured, as they have no probabilities" : measured.join(", ");
  return `${model} scored ${counted(rows, "row")} whose truth is known, ${from} to ${to}: ${right}.`;
}

/** What was collected, for people, and the verb that comes next. */
export function describeCollected(
  collected: Collected,
  {
    model,
    environment,
    next,
  }: { readonly model: string; readonly environment: string; readonly next: boolean },
): string {
  const { file, rows, added, leftOut, former, predictedBy, scored, ahead, isOwn } = collected;
  if (scored === 0) {
    return `The prediction log of ${model} in ${environment} has no requests of clients, so no label could be joined with one. MLOPS_PREDICTION_LOG says where the log is.`;
  }
  const counts = Object.entries(leftOut).map(([reason, count]) => `${count} ${reasons[reason] ?? reason}`);
  const before = rows - added;
  const parts = before > 0 ? `: the ${counted(before, "row")} of the data and ${added} new` : "";
  return [
    `${rows} rows in ${shownPath(file)}${parts}; left out: ${counts.join(", ")}.`,
    ...predictedBy.map(describeOutcome),
    ...(ahead === 0
      ? []
      : [
          `${counted(ahead, "row")} of the log ${ahead === 1 ? "is" : "are"} dated later than now: the clock of what served them, or of this machine, is wrong. They are joined by their ids all the same.`,
        ]),
    ...(former === undefined
      ? []
      : [
          `The data as it was is kept as version ${shortDigest(former)}; \`mlops data restore ${shortDigest(former)} --model ${model} --force\` brings it back.`,
        ]),
    ...(added === 0 || !next
      ? []
      : [
          `Next: ${typedCommand(`mlops retrain --model ${model}${isOwn ? "" : ` --data ${shownPath(file)}`}`)}`,
        ]),
  ].join("\n");
}

/** Why rows whose truth is known were not added to the data of a stack, and how that is done; undefined where there is nothing to say. */
export function describeNotAdded({
  target,
  labels,
  delivered = false,
  model,
}: {
  readonly target: Parameters<typeof placeOf>[0];
  readonly labels?: string | undefined;
  /** It was delivered to where `collect` finds it. */
  readonly delivered?: boolean;
  readonly model: string;
}): string | undefined {
  if (placeOf(target).trainings === "runs" || labels === undefined) return undefined;
  const named = delivered ? "" : ` --labels ${labels}`;
  return `The rows of ${delivered ? "the truth that was delivered" : labels} were measured, and not added to the stack's data, which a watch may not write. Add them with \`mlops collect --model ${model} --target ${target}${named}\`, and deliver with \`mlops data push --model ${model}\`.`;
}
