import { formatNumber } from "../base/format-number";
import { formatTime } from "../base/iso-time";
import { counted } from "../base/wording";
import { isBooleanCategory } from "../definition/column-schema";
import type { ColumnDefinition, DataFormat } from "../definition/definition";

/** A feature as a model takes it; part of its signature. */
type InputColumn = Pick<ColumnDefinition, "name" | "type" | "nullable" | "values" | "range" | "outside">;

/** What clients of a model rely on. */
interface ModelInput {
  readonly inputs: readonly InputColumn[];
  readonly format?: DataFormat;
  readonly target?: { readonly interval?: object };
  /** Whether it says what each feature adds; absent where that is not known. */
  readonly explains?: boolean;
}

/** A change of a model by which requests are refused, or taken for something else, that were answered before. */
export interface BreakingChange {
  /** By which name it is accepted: the column's, or "format", "intervals" or "explanations". */
  readonly column: string;
  /** What is refused or misread from now on, as a clause. */
  readonly change: string;
}

/**
 * Where a model refuses requests that another one answers: a column that is new or gone, as requests have exactly those of the model; a
 * type that is another; a value that may not be missing any more; bounds that are narrower and refuse what is outside of them; intervals
 * or explanations that it cannot give. And where it takes them for something else: columns in another order, of which rows that are sent
 * as lists have no names, and numbers that are written in another way.
 */
export function breakingChanges(before: ModelInput, now: ModelInput): BreakingChange[] {
  const named = (inputs: readonly InputColumn[], name: string): InputColumn | undefined =>
    inputs.find((column) => column.name === name);
  const gone = before.inputs.filter(({ name }) => named(now.inputs, name) === undefined);
  return [
    ...now.inputs.flatMap((column) => {
      const former = named(before.inputs, column.name);
      const changes = former ? changesOf(former, column) : [newColumn(column)];
      return changes.map((change) => ({ column: column.name, change }));
    }),
    ...gone.map(({ name }) => ({ column: name, change: "it is gone, and a request that has it is refused" })),
    ...moved(before.inputs, now.inputs),
    ...otherFormat(before.format ?? usualFormat, now.format ?? usualFormat),
    ...lost(before, now),
  ];
}

/** Columns at another place; rows that are lists of another length are refused, for the columns that are new or gone. */
function moved(before: readonly InputColumn[], now: readonly InputColumn[]): BreakingChange[] {
  if (before.length !== now.length) return [];
  const others = now.filter(
    ({ name }, place) => before[place]?.name !== name && before.some((column) => column.name === name),
  );
  const [first] = others;
  if (first === undefined) return [];
  const placeIn = (inputs: readonly InputColumn[]): number =>
    inputs.findIndex(({ name }) => name === first.name) + 1;
  const more = others.length > 1 ? `, and ${counted(others.length - 1, "other column")} moved, too` : "";
  const places = `it was column ${placeIn(before)} and is now column ${placeIn(now)}${more}`;
  return [{ column: first.name, change: `${places}: rows that are sent as lists are misread` }];
}

const usualFormat: DataFormat = { decimal: ".", missing: [] };

function otherFormat(before: DataFormat, now: DataFormat): BreakingChange[] {
  const example = ({ decimal, thousands }: DataFormat): string => `"1${thousands ?? ""}234${decimal}5"`;
  const [was, is] = [example(before), example(now)];
  const texts = ({ missing }: DataFormat): string => (missing.length === 0 ? "no text" : listed(missing));
  const [nothing, none] = [before, now].map((format) =>
    texts({ ...format, missing: [...format.missing].sort() }),
  );
  return [
    ...(was === is ? [] : [`numbers in CSV were written as ${was} and are now read as ${is}`]),
    ...(nothing === none ? [] : [`in CSV ${nothing} stood for a missing value, and now ${none} does`]),
  ].map((change) => ({ column: "format", change }));
}

/** What could be asked for beside predictions. */
function lost(before: ModelInput, now: ModelInput): BreakingChange[] {
  const intervals = before.target?.interval !== undefined && now.target?.interval === undefined;
  const explanations = before.explains === true && now.explains === false;
  return [
    ...(intervals ? [{ column: "intervals", change: "a request for prediction intervals is refused" }] : []),
    ...(explanations ? [{ column: "explanations", change: "a request for explanations is refused" }] : []),
  ];
}

function newColumn({ type }: InputColumn): string {
  return `it is new, and a request without it is refused (a ${type})`;
}

function changesOf(before: InputColumn, now: InputColumn): string[] {
  if (!takesTypeOf(before, now)) return [`it was a ${before.type} and is now a ${now.type}`];
  return [
    ...(before.nullable && !now.nullable ? ["it may not be missing any more"] : []),
    ...narrowedRange(before, now),
    ...narrowedValues(before, now),
  ];
}

/** A boolean that may be missing is a category of two values, which takes what a boolean takes. */
function takesTypeOf(before: InputColumn, now: InputColumn): boolean {
  return before.type === now.type || (before.type === "boolean" && isBooleanCategory(now));
}

/** What a column refuses to take; undefined where it takes anything. */
function refusesOutside<Bounds>(bounds: Bounds | undefined, { outside }: InputColumn): Bounds | undefined {
  return outside === "warn" ? undefined : bounds;
}

function narrowedRange(before: InputColumn, now: InputColumn): string[] {
  const range = refusesOutside(now.range, now);
  if (range === undefined) return [];
  const [was, [min, max]] = [refusesOutside(before.range, before), range];
  if (was !== undefined && was[0] >= min && was[1] <= max) return [];
  const shown = (value: number): string => (now.type === "date" ? formatTime(value) : formatNumber(value));
  const former = was ? `${shown(was[0])} to ${shown(was[1])}` : `any ${now.type}`;
  return [`${shown(min)} to ${shown(max)} is taken, ${former} was`];
}

function narrowedValues(before: InputColumn, now: InputColumn): string[] {
  const values = refusesOutside(now.values, now);
  // A boolean's two values are all that it has.
  if (values === undefined || before.type === "boolean") return [];
  const was = refusesOutside(before.values, before);
  if (was === undefined)
    return [`only ${listed(values)} ${values.length === 1 ? "is" : "are"} taken, any text was`];
  const missing = was.filter((value) => !values.includes(value));
  if (missing.length === 0) return [];
  return [`${listed(missing)} ${missing.length === 1 ? "is" : "are"} not taken any more`];
}

/** So many values are named. */
const namedValues = 5;

function listed(values: readonly string[]): string {
  const named = values.slice(0, namedValues).map((value) => JSON.stringify(value));
  const more = values.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The changes in a clause. */
export function describeBreaking(changes: readonly BreakingChange[]): string {
  return changes.map(({ column, change }) => `"${column}": ${change}`).join("; ");
}
