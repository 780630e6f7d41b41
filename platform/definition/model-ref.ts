import { PlatformError } from "../base/errors";

/** A registered version of a model, written `name:version` (`diabetes:3`). */
export interface ModelRef {
  readonly name: string;
  readonly version: number;
}

/** A model's name: every Azure name that contains it stays legal. */
export const modelNamePattern = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/;

/** The same in words, for messages. */
export const modelNameRule = "3 to 40 lower-case letters, digits and dashes, a letter first and no dash last";

export function formatModelRef(ref: ModelRef): string {
  return `${ref.name}:${ref.version}`;
}

function findModelRef(text: string): ModelRef | undefined {
  const [, name, version] = /^([^:]+):([1-9]\d{0,8})$/.exec(text) ?? [];
  if (name === undefined || !modelNamePattern.test(name)) return undefined;
  return { name, version: Number(version) };
}

export function isModelRef(text: string): boolean {
  return findModelRef(text) !== undefined;
}

export function parseModelRef(text: string): ModelRef {
  const ref = findModelRef(text);
  if (ref !== undefined) return ref;
  throw new PlatformError(
    "USAGE",
    `"${text}" is not a model version. Expected name:version, for example diabetes:3. \`mlops registry list\` shows those there are.`,
  );
}
