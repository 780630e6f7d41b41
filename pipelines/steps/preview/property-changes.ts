import { isSecretProperty, maskText, secretMark } from "../base/mask";

/** A property that differs. */
export interface PropertyChange {
  /** For example `agentPoolProfiles[system].count`; a list item is identified by its name, or else by its index. */
  readonly path: string;
  /** Absent if it was not set before. */
  readonly before?: string;
  /** Absent if it is no longer set. */
  readonly after?: string;
}

/** Pulumi's placeholders for values unknown until the update: string, boolean, number, list, record, asset, archive. */
const unknowns = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

/** Shown for a value that is unknown until the update. */
const unknownText = "known after the update";

type Inputs = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Names of a list's items if they are all unique; reordering items is then not a change. */
function itemNames(items: readonly unknown[]): string[] | undefined {
  const names = items.map((item) => (isRecord(item) ? item.name : undefined));
  const texts = names.filter((name): name is string => typeof name === "string" && !unknowns.has(name));
  return texts.length === items.length && new Set(texts).size === texts.length ? texts : undefined;
}

function textOf(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return unknowns.has(value) ? unknownText : value;
}

/** The key that marks a record as a special value, and its values for a secret and an output. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What to show for a special value: a placeholder for a secret or an unknown value, the digest of a file. */
function unwrap(value: unknown): unknown {
  if (!isRecord(value) || typeof value[signature] !== "string") return value;
  if (value[signature] === secretSignature || value.secret === true) return secretMark;
  if (value[signature] === outputSignature) return "value" in value ? value.value : unknownText;
  return value.hash ?? value.urn ?? "(content)";
}

/** All leaf values of the inputs, by path. */
function flatten(wrapped: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  const value = unwrap(wrapped);
  if (Array.isArray(value) && value.length > 0) {
    const names = itemNames(value);
    value.forEach((item, index) => flatten(item, `${path}[${names?.[index] ?? index}]`, into));
  } else if (isRecord(value) && Object.keys(value).length > 0) {
    for (const [name, inner] of Object.entries(value)) {
      flatten(inner, path === "" ? name : `${path}.${name}`, into);
    }
  } else if (path !== "" && value !== undefined && value !== null) {
    into.set(path, textOf(value));
  }
  return into;
}

/** A resource's inputs by path, with secrets masked. */
export function shownInputs(
  type: string,
  inputs: Inputs | undefined,
  secrets: readonly string[],
): Map<string, string> {
  const shown = new Map<string, string>();
  for (const [path, text] of flatten(inputs ?? {})) {
    shown.set(path, isSecretProperty(type, path) ? secretMark : maskText(text, secrets));
  }
  return shown;
}

/** Properties whose values differ. A secret is reported only if it is added or removed, as all its values are masked alike. */
export function compareInputs(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): PropertyChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old === now) return [];
    return [{ path, ...(old !== undefined && { before: old }), ...(now !== undefined && { after: now }) }];
  });
}
