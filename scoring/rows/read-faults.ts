import { closest, distance } from "fastest-levenshtein";
import { RequestProblem, type FieldFault } from "../problems/problem";

/** Faults listed in one answer; more are only counted. */
const maxFaults = 20;
/** Faults after which no more are looked for. */
const maxCounted = 1000;
/** Longest text of a client's that is repeated in a message. */
const longestShown = 60;
/** Longest name of a field in an answer's list of faults. */
const longestField = 200;

/** The faults of a request's rows, collected so that one answer reports them all. */
export class Faults {
  private readonly listed: FieldFault[] = [];
  private count = 0;

  /** Whether enough faults are known: looking further would not change the answer. */
  get enough(): boolean {
    return this.count >= maxCounted;
  }

  /** A fault of one row; of one feature in it, when `field` is given. */
  add(row: number, message: string, field?: string): void {
    this.push({ row, ...(field !== undefined && { field }), message });
  }

  /** A fault of a feature in all rows. */
  addField(field: string, message: string): void {
    this.push({ field, message });
  }

  throwIfAny(): void {
    if (this.count === 0) return;
    const more = this.count - this.listed.length;
    const lines = this.listed.map(({ row, message }) =>
      row === undefined ? message : `Row ${row}: ${message}`,
    );
    if (this.enough) lines.push("There are many more faults.");
    else if (more > 0) lines.push(`${more} more faults are not listed.`);
    throw new RequestProblem("INPUT_INVALID", lines.join(" "), { errors: this.listed });
  }

  private push(fault: FieldFault): void {
    this.count += 1;
    if (this.listed.length >= maxFaults) return;
    const { field } = fault;
    // A name may be a client's own, of any length.
    this.listed.push(field === undefined ? fault : { ...fault, field: field.slice(0, longestField) });
  }
}

/** A part of a client's value: what is in it is not shown, it may be deeper than a stack. */
function showPart(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "[]" : "[...]";
  return typeof value === "object" && value !== null ? "{...}" : show(value);
}

/** A client's value as it may be repeated in a message: short, and never more than its first level. */
export function show(value: unknown): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    // JSON has no Infinity: a number like 1e400 becomes it while the body is parsed.
    return Number.isNaN(value) ? "NaN" : `${value} (the number is too large)`;
  }
  let text: string;
  if (typeof value === "string") text = JSON.stringify(value.slice(0, longestShown + 1));
  else if (Array.isArray(value)) text = `[${value.slice(0, longestShown).map(showPart).join(",")}]`;
  else text = typeof value === "object" && value !== null ? showPart(value) : String(value);
  return text.length > longestShown ? `${text.slice(0, longestShown - 3)}...` : text;
}

/** The missing feature that a name not in the signature was probably meant to be. */
function meantBy(name: string, missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined;
  const lower = name.toLowerCase();
  const sameButCase = missing.find((candidate) => candidate.toLowerCase() === lower);
  if (sameButCase !== undefined) return sameButCase;
  // A very long name is hardly a misspelling, and comparing it would take long.
  if (name.length > 200) return undefined;
  const nearest = closest(name, missing);
  const changes = distance(name, nearest);
  const near = changes <= Math.max(1, Math.floor(nearest.length / 3)) && changes < nearest.length;
  return near ? nearest : undefined;
}

/** Calls `tell` for each name that is not a feature, with the one probably meant, and for each that is missing. */
export function compareNames(
  given: readonly string[],
  expected: readonly string[],
  tell: (field: string, message: string) => void,
): void {
  const known = new Set(expected);
  const present = new Set(given);
  const missing = new Set(expected.filter((name) => !present.has(name)));
  let strangers = 0;
  for (const name of given) {
    if (known.has(name)) continue;
    strangers += 1;
    // A name that is not going to be listed needs no hint: a body of names alone would take minutes.
    const meant = strangers <= maxFaults ? meantBy(name, [...missing]) : undefined;
    if (meant !== undefined) missing.delete(meant);
    const hint = meant === undefined ? "Remove it." : `Did you mean "${meant}"?`;
    tell(name, `${show(name)} is not a feature of the model. ${hint}`);
  }
  for (const name of missing) tell(name, `"${name}" is missing.`);
}
