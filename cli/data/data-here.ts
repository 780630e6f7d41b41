import { fileExists } from "../../platform/base/files";
import { shownPath } from "../../platform/base/shown-path";
import type { LoadedDefinition } from "../../platform/definition/definitions";

/**
 * Why a model's data is not on this machine; undefined where it is. What is too large or too private for a repository comes to the
 * stack that trains in another way, and is nowhere on an agent.
 */
export async function findNoData({
  definition,
  dataFile,
}: Pick<LoadedDefinition, "definition" | "dataFile">): Promise<string | undefined> {
  if (await fileExists(dataFile)) return undefined;
  return `The data of ${definition.name}, ${shownPath(dataFile)}, is not on this machine`;
}
