/** Where two values differ: `path` leads to the place, a side that has nothing there is absent. */
export interface Difference {
  readonly path: string;
  readonly a?: unknown;
  readonly b?: unknown;
}

type Fields = ReadonlyMap<string, unknown>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const nameOf = (value: unknown): string | undefined =>
  isObject(value) && typeof value.name === "string" ? value.name : undefined;

/** The members of an object or a list. Things with names, such as columns, are matched by name, wherever they are in their list. */
function fieldsOf(value: unknown): Fields | undefined {
  if (!isObject(value)) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const items: readonly unknown[] = value;
  const names = items.map(nameOf);
  const known = names.filter((name) => name !== undefined);
  if (known.length < items.length || new Set(known).size < items.length || items.length === 0)
    return undefined;
  return new Map(known.map((name, index) => [name, items[index]]));
}

/**
 * Where two values of JSON differ, by the path to each place. Lists without names differ as a whole: what is at a place in one has
 * nothing to do with what is there in the other. The order of columns is no difference.
 */
export function differences(a: unknown, b: unknown, path = ""): Difference[] {
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  const [ofA, ofB] = [fieldsOf(a), fieldsOf(b)];
  if (ofA === undefined || ofB === undefined)
    return [{ path, ...(a !== undefined && { a }), ...(b !== undefined && { b }) }];
  const names = [...new Set([...ofA.keys(), ...ofB.keys()])];
  return names.flatMap((name) =>
    differences(ofA.get(name), ofB.get(name), path === "" ? name : `${path}.${name}`),
  );
}
