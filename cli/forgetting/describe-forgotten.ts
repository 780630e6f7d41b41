import { shortDigest } from "../../platform/base/files";
import { counted } from "../../platform/base/wording";
import type { Forgotten } from "./forget";

interface Place {
  readonly model: string;
  /** Environments whose service may still write. */
  readonly serving: readonly string[];
  /** Environments that have no stack. */
  readonly absent?: readonly string[];
}

const inStack = (environment: string | undefined): string =>
  environment === undefined ? "" : ` in ${environment}`;

/** What has the person, a phrase for each place. */
function placesWith({ records, rows, dataVersions, delivered, truth }: Forgotten): string[] {
  return [
    ...Object.entries(records).map(
      ([environment, count]) => `${counted(count, "record")} of the prediction log in ${environment}`,
    ),
    ...(rows > 0 ? [`${counted(rows, "row")} of the data as it is now`] : []),
    ...(truth > 0 ? [`${counted(truth, "row")} of the truth that was delivered`] : []),
    ...delivered.map(
      (each) =>
        `${counted(each.rows, "row")} of what was delivered to ${each.environment}, in ${counted(each.files, "file")}`,
    ),
    ...dataVersions.map(({ digest, rows: count, environment, left }) => {
      const rest = left === undefined ? "" : `, what is left of which is ${shortDigest(left)}`;
      return `${counted(count, "row")} of data version ${shortDigest(digest)}${inStack(environment)}${rest}`;
    }),
  ];
}

function describeTrained({ versions, runs }: Forgotten["trainedOn"]): string {
  if (versions.length + runs.length === 0) return "No model was trained on these rows.";
  return `Trained on these rows: ${[...versions, ...runs.map((run) => `run ${run}`)].join(", ")}. A model keeps what it has learned; retrain it, and release the new version, where that has to go too.`;
}

/** What was found and done, for people. */
export function describeForgotten(forgotten: Forgotten, { model, serving, absent = [] }: Place): string {
  const { trainedOn, dataHasIds, removed, unread } = forgotten;
  const found = placesWith(forgotten);
  return [
    found.length === 0
      ? "Removed what a run that was interrupted had left."
      : `${removed ? "Removed" : "Found"}: ${found.join("; ")}.`,
    describeTrained(trainedOn),
    ...(dataHasIds
      ? []
      : [
          `The data of ${model} has no id column, so rows collected from a request cannot be identified. Name a column and a value that tell them: --column <name>.`,
        ]),
    ...(unread.length === 0
      ? []
      : [`Not complete: these files cannot be read. Look into them yourself: ${unread.join(", ")}.`]),
    ...(absent.length === 0 ? [] : [`Nothing to search in ${absent.join(", ")}: there is no stack.`]),
    "Files of truth that `collect` and `monitor` were given by name, and copies of the data elsewhere, are yours to clean.",
    ...(removed && serving.length > 0
      ? [
          `${model} serves in ${serving.join(" and ")}: a record that waits to be written may still come. Run this again in a few minutes.`,
        ]
      : []),
    ...(removed ? [] : ["Nothing was changed. Add --yes to remove it for good."]),
  ].join("\n");
}
