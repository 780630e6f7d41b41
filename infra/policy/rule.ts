/** Inputs of a resource from the engine; their shape depends on the resource type. */
export type Props = Readonly<Record<string, unknown>>;

/** The value at a path in the inputs; undefined if the path does not exist. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Props)[key];
  }
  return found;
}

/** The list at a path; empty if the path has no list. */
export function listAt(value: unknown, ...path: readonly string[]): readonly Props[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as Props[]) : [];
}

/** Formats a value for a message. */
export const shown = (value: unknown): string => JSON.stringify(value) ?? "not set";

/** A rule for resources of some types. */
export interface Rule {
  readonly name: string;
  /** The rule in one sentence. */
  readonly description: string;
  /** Resource types that it applies to; undefined means all. */
  readonly types?: readonly string[];
  /** What is wrong and what to do; undefined if the rule holds. Pure: it depends only on its parameters. */
  readonly violation: (props: Props, type: string, options: RuleOptions) => string | undefined;
}

/** Options from the policy pack's configuration. */
export interface RuleOptions {
  /** Allowed regions. */
  readonly regions: readonly string[];
}

/** A resource, for stack rules. */
interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URNs of the resources that an input depends on, by input. */
  readonly madeOf: Readonly<Record<string, readonly string[]>>;
}

export interface StackRule {
  readonly name: string;
  readonly description: string;
  /** What is wrong, with the URN of the resource, if it concerns one. */
  readonly violations: (resources: readonly StackResource[]) => readonly { message: string; urn?: string }[];
}

/** The full type of an azure-native resource, for example from `storage:StorageAccount`. */
export const azure = (type: string): string => `azure-native:${type}`;
