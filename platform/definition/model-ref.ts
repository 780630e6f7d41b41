import { PlatformError } from "../base/errors";

/** A registered version of a model, written `name:version` (`diabetes:3`). */
export interface ModelRef {
  readonly name: string;
  readonly version: number;
}

/** Lower-case letters, digits and dashes, at most 40, so that every Azure name that contains it stays legal. */
export const modelNamePattern = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

export function formatModelRef(ref: ModelRef): string {
  return `${ref.name}:${ref.version}`;
}

export function parseModelRef(text: string): ModelRef {
  const match = /^([^:]+):([1-9]\d{0,8})$/.exec(text);
  if (match?.[1] === undefined || !modelNamePattern.test(match[1])) {
    throw new PlatformError(
      "USAGE",
      `"${text}" is not a model version. Expected name:version, for example diabetes:3. \`mlops registry list\` shows those there are.`,
    );
  }
  return { name: match[1], version: Number(match[2]) };
}
