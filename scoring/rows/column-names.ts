import type { Signature } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";

/** Columns that are no features of which each is named in the answer; with more, something else is wrong. */
const maxStrangers = 20;

/** Throws when there are so many more columns than features that naming them would help nobody. */
export function checkColumnCount(columns: number, { inputs }: Signature): void {
  const max = inputs.length + maxStrangers;
  if (columns <= max) return;
  throw new RequestProblem(
    "BODY_INVALID",
    `The rows have more than ${max} columns, but the model has ${inputs.length} features. Send a column for each feature and no other.`,
  );
}

/** The first name that has been there before, if there is one. */
export function findRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
