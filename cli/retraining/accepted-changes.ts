import { PlatformError } from "../../platform/base/errors";
import type { AcceptedChange } from "../../platform/data/checks/distribution-check";
import type { ModelDefinition } from "../../platform/definition/definition";

/** Stands for every column. */
const every = "all";

/** What `--accept-breaking` accepts: columns, which may be gone from the model, separated by commas, or all; undefined without the flag. */
export function breakingAcceptedByFlag(text: string | undefined): AcceptedChange | undefined {
  if (text === undefined) return undefined;
  const columns = text.split(",").map((name) => name.trim());
  return { columns, by: `--accept-breaking ${columns.join(",")}` };
}

/** What `--accept-population` accepts: columns of the model, separated by commas, or all; undefined without the flag. */
export function acceptedByFlag(
  text: string | undefined,
  { columns }: Pick<ModelDefinition, "columns">,
): AcceptedChange | undefined {
  if (text === undefined) return undefined;
  const names = text.split(",").map((name) => name.trim());
  const known = columns.map(({ name }) => name);
  const unknown = names.filter((name) => name !== every && !known.includes(name));
  if (unknown.length === 0) return { columns: names, by: `--accept-population ${names.join(",")}` };
  throw new PlatformError(
    "USAGE",
    `--accept-population names ${unknown.map((name) => `"${name}"`).join(", ")}, which the model does not have. Expected "${every}", or of ${known.join(", ")}. Correct the name.`,
  );
}
