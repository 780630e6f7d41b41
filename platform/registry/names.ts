import { PlatformError } from "../base/errors";
import { modelNamePattern, modelNameRule } from "../definition/model-ref";

/** What MLflow allows in a tag's key; besides, as in a path, no part between slashes is empty, "." or "..". */
const tagKeyPattern = /^[A-Za-z0-9_.:/ -]{1,250}$/;
const maxTagCharacters = 5000;
const aliasPattern = /^[a-z][a-z0-9_-]{0,62}$/;

export function assertModelName(name: string): void {
  if (modelNamePattern.test(name)) return;
  throw new PlatformError(
    "USAGE",
    `"${name}" is not a model's name. Expected ${modelNameRule}, for example diabetes.`,
  );
}

/** "latest" and "v3" mean something else to MLflow, which refuses them as well. */
export function assertAlias(alias: string): void {
  if (aliasPattern.test(alias) && alias !== "latest" && !/^v\d+$/.test(alias)) return;
  throw new PlatformError(
    "USAGE",
    `"${alias}" is not an alias. Expected at most 63 lower-case letters, digits, dashes and underscores, neither "latest" nor like "v3", for example champion.`,
  );
}

function isTagKey(key: string): boolean {
  return tagKeyPattern.test(key) && !key.split("/").some((part) => ["", ".", ".."].includes(part));
}

/** Prefix of the keys that a registry reserves for itself. */
export const ownTags = "mlops.";

/** Every fault of the tags in one error. */
export function assertTags(tags: Readonly<Record<string, string>>): void {
  const faults = Object.entries(tags).flatMap(([key, value]) => [
    ...(isTagKey(key)
      ? []
      : [`"${key}" is not a tag's key: expected 1 to 250 of A-Z a-z 0-9 _ . : / - and space`]),
    ...(key.startsWith(ownTags) ? [`"${key}" begins with ${ownTags}, which is the registry's own`] : []),
    ...(value.length <= maxTagCharacters
      ? []
      : [`the tag "${key}" has ${value.length} characters: at most ${maxTagCharacters} are allowed`]),
  ]);
  if (faults.length > 0) throw new PlatformError("USAGE", `Correct the tags: ${faults.join("; ")}.`);
}
