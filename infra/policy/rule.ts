/** Inputs of a resource, as the engine shows them: as many shapes as there are resources. */
export type Props = Readonly<Record<string, unknown>>;

/** The value at a path in the inputs, or nothing where the path ends early. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Props)[key];
  }
  return found;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly Props[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as Props[]) : [];
}

/** A value in a message. */
export const shown = (value: unknown): string => JSON.stringify(value) ?? "not set";

/** What every resource of some types has to keep to. */
export interface Rule {
  readonly name: string;
  /** The rule in one sentence. */
  readonly description: string;
  /** Types it is about; every type when it has none. */
  readonly types?: readonly string[];
  /** What is wrong and what to do, or nothing. Pure: it sees the inputs only. */
  readonly violation: (props: Props, type: string, options: RuleOptions) => string | undefined;
}

/** What the configuration of the pack may change. */
export interface RuleOptions {
  /** Regions that resources may be in. */
  readonly regions: readonly string[];
}

/** A resource as the rules about the whole stack see it. */
interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URNs of what an input was made of, by the input. */
  readonly madeOf: Readonly<Record<string, readonly string[]>>;
}

export interface StackRule {
  readonly name: string;
  readonly description: string;
  /** What is wrong, and the resource it is about, if there is one. */
  readonly violations: (resources: readonly StackResource[]) => readonly { message: string; urn?: string }[];
}

/** The type without the name of its package: `storage:StorageAccount`. */
export const azure = (type: string): string => `azure-native:${type}`;
