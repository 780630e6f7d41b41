import { NumberSummary } from "../base/number-summary";
import { sortNumbers } from "../kernels/number-kernels";
import {
  BinCounter,
  binEdges,
  binOf,
  decilePositions,
  maxDistinctBins,
  seemDiscrete,
  type ValueCount,
} from "./bins";
import { loggedValue } from "./date-profiles";
import { isSampledRow } from "./sampled-rows";
import type { CategoryProfile, ColumnProfile, NumberProfile, Profile } from "./profile";
import { maxCategoryValues } from "./profile";
import { effectiveRows, RepeatedRows, tellsRepetition } from "./repeated-rows";

/** Distinct values outside the reference that are counted before the rest is summed up, so that memory is bounded. */
const maxNewValues = 10_000;

/** A value as the prediction log has it; undefined where the log has none. */
type Value = number | string | boolean | null | undefined;

/** Counts numbers into given bins, one at a time; anything that is not a finite number is missing. */
class NumberCounter {
  private count = 0;
  private missing = 0;
  private mean = 0;
  private squares = 0;
  private min = Infinity;
  private max = -Infinity;
  private whole = true;
  private outside = 0;
  private readonly counts: number[];

  /** `within`: the least and the greatest value of the reference, where there is one. */
  constructor(
    private readonly edges: readonly number[],
    private readonly within?: Pick<NumberProfile, "min" | "max">,
  ) {
    this.counts = new Array<number>(edges.length + 1).fill(0);
  }

  add(value: Value): void {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      this.missing++;
      return;
    }
    // Welford's recurrence: one pass without cancellation.
    this.count++;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.squares += delta * (value - this.mean);
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    this.whole &&= Number.isInteger(value);
    const { min = -Infinity, max = Infinity } = this.within ?? {};
    if (value < min || value > max) this.outside++;
    const bin = binOf(this.edges, value);
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
  }

  profile(): NumberProfile {
    const { count, missing, edges, counts, mean, min, max } = this;
    const standardDeviation = Math.sqrt(this.squares / count);
    return {
      type: "number",
      count,
      missing,
      ...(count > 0 && Number.isFinite(mean) && { mean }),
      ...(count > 0 && Number.isFinite(standardDeviation) && { standardDeviation }),
      ...(count > 0 && { min, max }),
      ...(count > 0 && this.whole && { whole: true as const }),
      ...(this.within?.min !== undefined && { outside: this.outside }),
      edges,
      counts,
    };
  }
}

/** Counts categories and booleans, one at a time; null and "" are missing. */
class CategoryCounter {
  private count = 0;
  private missing = 0;
  private other = 0;
  private unseen = 0;
  private newValues = 0;
  private readonly counts = new Map<string, number>();
  private readonly seen: ReadonlySet<string>;

  constructor(private readonly reference: CategoryProfile) {
    this.seen = new Set(reference.seen);
  }

  add(value: Value): void {
    if (value === null || value === undefined || value === "") {
      this.missing++;
      return;
    }
    this.count++;
    const text = String(value);
    if (!this.isKnown(text) && !this.seen.has(text)) this.unseen++;
    const before = this.counts.get(text);
    if (before !== undefined) this.counts.set(text, before + 1);
    else if (this.isKnown(text) || this.newValues++ < maxNewValues) this.counts.set(text, 1);
    else this.other++;
  }

  profile(): CategoryProfile {
    const entries = [...this.counts];
    const further = entries.filter(([text]) => !this.isKnown(text)).sort(byFallingCountThenName);
    const shown = [
      ...entries.filter(([text]) => this.isKnown(text)),
      ...further.slice(0, maxCategoryValues),
    ].sort(byFallingCountThenName);
    const rest = further.slice(maxCategoryValues).reduce((sum, [, count]) => sum + count, 0);
    return {
      type: "category",
      count: this.count,
      missing: this.missing,
      values: Object.fromEntries(shown),
      other: this.other + rest,
      ...(this.reference.seen && { unseen: this.unseen }),
    };
  }

  private isKnown(text: string): boolean {
    return Object.hasOwn(this.reference.values, text);
  }
}

function byFallingCountThenName(a: [string, number], b: [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
}

function counterFor(reference: ColumnProfile): NumberCounter | CategoryCounter {
  return reference.type === "number"
    ? new NumberCounter(reference.edges, reference)
    : new CategoryCounter(reference);
}

/**
 * Profile of numbers in memory, for example a model's predictions; NaN is missing. Bins as `profileTable` makes them: of very many numbers
 * by a sample of them.
 */
export function profileNumbers(numbers: Iterable<number>): NumberProfile {
  const values = numbers instanceof Float64Array ? numbers : Float64Array.from(numbers);
  const finite = picked(values, (row) => Number.isFinite(values[row]));
  const summary = new NumberSummary();
  summary.add(finite);
  const { count, sum, min, max, isWhole } = summary;
  const mean = sum / count;
  const bins = new BinCounter(count === 0 ? [] : edgesOf(finite, min));
  const standardDeviation = Math.sqrt(bins.add(finite, mean) / count);
  return {
    type: "number",
    count,
    missing: values.length - count,
    ...(Number.isFinite(mean) && { mean }),
    ...(Number.isFinite(standardDeviation) && { standardDeviation }),
    ...(count > 0 && { min, max }),
    ...(count > 0 && isWhole && { whole: true as const }),
    edges: Array.from(bins.edges),
    counts: Array.from(bins.counts),
  };
}

/** The values of some rows: all of them are no copy. `filter` would make an object of each. */
function picked(values: Float64Array, isPicked: (row: number) => boolean): Float64Array {
  let count = 0;
  for (let row = 0; row < values.length; row++) if (isPicked(row)) count += 1;
  if (count === values.length) return values;
  const found = new Float64Array(count);
  count = 0;
  for (let row = 0; row < values.length; row++) if (isPicked(row)) found[count++] = values[row] ?? NaN;
  return found;
}

function edgesOf(finite: Float64Array, min: number): number[] {
  const sample = picked(finite, (row) => isSampledRow(row, finite.length)).slice();
  sortNumbers(sample);
  const deciles = decilePositions(sample.length).flatMap((position) => sample[position - 1] ?? []);
  const distinct = seemDiscrete(deciles) ? firstDistinct(finite.toSorted(), maxDistinctBins + 1) : [];
  return binEdges(min, deciles, distinct);
}

/** The smallest distinct values with their counts, at most `max` of them. */
function firstDistinct(sorted: Float64Array, max: number): ValueCount[] {
  const found: [number, number][] = [];
  for (const value of sorted) {
    const last = found.at(-1);
    if (value === last?.[0]) last[1] += 1;
    else if (found.length === max) break;
    else found.push([value, 1]);
  }
  return found;
}

/** Profile of texts in memory, for example a model's classes. The reference of others: it names what it has. */
export function profileTexts(values: Iterable<string>): CategoryProfile {
  const counter = new CategoryCounter({ type: "category", count: 0, missing: 0, values: {}, other: 0 });
  for (const value of values) counter.add(value);
  return counter.profile();
}

/** Numbers in memory counted into the bins of a reference. */
export function profileNumbersAgainst(reference: NumberProfile, values: Iterable<number>): NumberProfile {
  const counter = new NumberCounter(reference.edges, reference);
  for (const value of values) counter.add(value);
  return counter.profile();
}

/** The rows of one request and what was predicted for each, as the prediction log has them. */
interface ScoredRows {
  readonly inputs: readonly Readonly<Record<string, Value>>[];
  readonly outputs: readonly (number | string)[];
  /** Classification: probability of the positive class of two per row, else of all. */
  readonly probabilities?: readonly (number | readonly number[])[];
  /** Features that were left out. */
  readonly redacted?: readonly string[];
}

/**
 * What the prediction log holds, counted into the bins and categories of a model's reference: the inputs, and the
 * predictions (probabilities of two classes, the classes of more). The target is not in the log, so it is not in the result.
 * Memory does not grow with the records.
 */
export async function profileRecordsAgainst(
  reference: Profile,
  records: AsyncIterable<ScoredRows> | Iterable<ScoredRows>,
): Promise<Profile> {
  let rows = 0;
  let tells = tellsRepetition(reference.likeRows);
  const repeated = new RepeatedRows();
  const columns = Object.entries(reference.columns).map(([name, column]) => ({
    name,
    valueOf: loggedValue(name, column),
    counter: counterFor(column),
  }));
  const names = new Set(columns.map(({ name }) => name));
  const seen = new Set<string>();
  const prediction = reference.prediction && counterFor(reference.prediction);
  for await (const record of records) {
    // Rows that differ in what was left out would look alike.
    tells &&= record.redacted?.every((name) => !names.has(name)) ?? true;
    record.inputs.forEach((input, index) => {
      rows++;
      const row = columns.map(({ valueOf }) => valueOf(input));
      if (tells) repeated.add(row.map((value) => value ?? null));
      columns.forEach(({ name, counter }, place) => {
        if (row[place] !== undefined) seen.add(name);
        counter.add(row[place]);
      });
      const probability = record.probabilities?.[index];
      prediction?.add(typeof probability === "number" ? probability : record.outputs[index]);
    });
  }
  const effective = effectiveRows(rows, repeated.alike, tells ? reference.likeRows : undefined);
  return {
    rows,
    ...(effective < rows && { effectiveRows: effective }),
    columns: Object.fromEntries(
      columns.filter(({ name }) => seen.has(name)).map(({ name, counter }) => [name, counter.profile()]),
    ),
    ...(prediction && { prediction: prediction.profile() }),
  };
}
