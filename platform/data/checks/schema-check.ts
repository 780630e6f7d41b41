import { distance } from "fastest-levenshtein";
import type { ColumnDefinition } from "../../definition/definition";
import { isNamed } from "../csv/csv-header";
import type { Finding } from "../findings";
import { counted, quoted } from "../../base/wording";

/** A name without case, spaces and punctuation. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** How far two names are apart; `undefined` when one cannot be the other misspelt. */
function misspelling(wanted: string, found: string): number | undefined {
  if (plain(wanted) !== "" && plain(wanted) === plain(found)) return 0;
  const edits = distance(wanted.toLowerCase(), found.toLowerCase());
  // One slip per three letters: "bmi" may be "bm", but "s1" is not "s2".
  return edits <= Math.floor(Math.max(wanted.length, found.length) / 3) ? edits : undefined;
}

/** Pairs each missing column with the extra one that is most like it, best pairs first. */
export function pairMisspellings(
  missing: readonly string[],
  extra: readonly string[],
): ReadonlyMap<string, string> {
  const candidates = missing
    .flatMap((wanted) => extra.map((found) => ({ wanted, found, edits: misspelling(wanted, found) })))
    .filter(({ edits }) => edits !== undefined)
    .sort((a, b) => (a.edits ?? 0) - (b.edits ?? 0));
  const pairs = new Map<string, string>();
  const taken = new Set<string>();
  for (const { wanted, found } of candidates) {
    if (pairs.has(wanted) || taken.has(found)) continue;
    pairs.set(wanted, found);
    taken.add(found);
  }
  return pairs;
}

function describeIgnored(names: readonly string[], which: (names: readonly string[]) => string): Finding[] {
  if (names.length === 0) return [];
  const message = `The file has ${counted(names.length, "column")} ${which(names)}. Such columns are ignored.`;
  return [{ severity: "warning", check: "schema", message }];
}

/** Compares the names in a file with the columns defined: missing and misspelt ones are errors, extra ones a warning. */
export function checkSchema(
  columns: readonly Pick<ColumnDefinition, "name">[],
  header: readonly string[],
): Finding[] {
  const inHeader = new Set(header);
  const defined = new Set(columns.map(({ name }) => name));
  const missing = columns.filter(({ name }) => !inHeader.has(name)).map(({ name }) => name);
  const extra = header.filter((name) => !defined.has(name));
  const pairs = pairMisspellings(missing, extra);
  const paired = new Set(pairs.values());
  const ignored = extra.filter((name) => !paired.has(name));
  const errors = missing.map((name): Finding => {
    const found = pairs.get(name);
    return {
      severity: "error",
      check: "schema",
      column: name,
      message:
        found === undefined
          ? `Column "${name}" is missing. The file needs it; add it, or remove it from the definition.`
          : `Column "${name}" is missing and the file has "${found}": did you mean "${name}"? Rename it in the file.`,
    };
  });
  const warnings = [
    ...describeIgnored(
      ignored.filter(isNamed),
      (names) => `that the definition does not name: ${quoted(names)}`,
    ),
    ...describeIgnored(
      ignored.filter((name) => !isNamed(name)),
      () => "without a name",
    ),
  ];
  return [...errors, ...warnings];
}
