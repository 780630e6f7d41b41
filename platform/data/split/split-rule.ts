import { z } from "zod";
import { counted, percent, quoted } from "../../base/wording";
import type { ModelDefinition } from "../../definition/definition";

const keyColumnSchema = z.object({
  name: z.string().min(1),
  type: z.enum(["number", "category", "boolean", "date"]),
  /** Present where it is the rows' id, or says whose rows they are. */
  role: z.enum(["id", "group"]).exactOptional(),
});

/** Hashes have 32 bits here. */
const hashLimit = z.number().int().min(0);

/** How rows were put on a side; a model's lineage has it, so that what it was trained on can be told afterwards. */
export const splitRuleSchema = z.discriminatedUnion("by", [
  z.object({
    /** The hash of what tells a row from the others. */
    by: z.literal("hash"),
    /** Of the values as they are in memory; where it is absent, of their texts, which any program can make. */
    hash: z.literal("binary").exactOptional(),
    seed: z.number().int(),
    /** Share of the hashes that are held out, 0 < x < 1. A greater one moves rows out of training and none into it. */
    testFraction: z.number(),
    /** The id, whose rows they are, or columns by name: their order in a definition has no say. */
    key: z.array(keyColumnSchema).min(1),
    /** The share is that of each class of a column; `limits` are found in the data that is split first, and stay. */
    strata: z
      .object({
        column: keyColumnSchema,
        /** Rows of the class with a hash below are held out. */
        limits: z.array(z.object({ value: z.string(), below: hashLimit })).exactOptional(),
      })
      .exactOptional(),
    /** Keys of rows that are on the other side than their hash says: they were corrected, and stay where they were. */
    moved: z.array(z.string().regex(/^[0-9a-f]{16}$/)).exactOptional(),
  }),
  /** A column of the data says it, "train" or "test". */
  z.object({ by: z.literal("column"), column: z.string().min(1) }),
  /** The newest rows are held out. */
  z.object({
    by: z.literal("time"),
    column: z.string().min(1),
    /** Share of the rows that are held out, at least; rows of the same time are on one side. */
    testFraction: z.number(),
    /** Held-out rows are of this time or later; found in the data that is split. */
    from: z
      .object({
        /** Numbers count as they are, dates and times in seconds since 1970 (UTC). */
        value: z.number(),
        unit: z.enum(["number", "seconds"]),
      })
      .exactOptional(),
  }),
]);

export type SplitRule = Readonly<z.output<typeof splitRuleSchema>>;
export type HashRule = Extract<SplitRule, { by: "hash" }>;
export type TimeRule = Extract<SplitRule, { by: "time" }>;
export type KeyColumn = HashRule["key"][number];

/** Whether what tells a row from the others outlives its corrections. */
export function isByIdentity({ key }: Pick<HashRule, "key">): boolean {
  return key.some(({ role }) => role !== undefined);
}

/** Whether two rules put each row on the same side, but for rows that were corrected, and classes that are new. */
export function isSameHash(one: HashRule, other: HashRule): boolean {
  const plain = ({ hash, seed, testFraction, key, strata }: HashRule): string =>
    JSON.stringify([hash, seed, testFraction, key, strata?.column]);
  return plain(one) === plain(other);
}

/** What decides, in words. */
export function describeSplitRule(rule: SplitRule): string {
  if (rule.by === "column") return `by the column "${rule.column}"`;
  if (rule.by === "time") return describeTimeRule(rule);
  const group = rule.key.find(({ role }) => role === "group");
  if (group) {
    return `by a hash of "${group.name}" with seed ${rule.seed}, so that all rows of one are on one side; ${percent(rule.testFraction)} of them are held out`;
  }
  const id = rule.key.find(({ role }) => role === "id");
  const key = id
    ? `the id "${id.name}"`
    : `the values of ${quoted(
        rule.key.map(({ name }) => name),
        20,
      )}`;
  const moved = rule.moved?.length ?? 0;
  const kept =
    moved > 0
      ? `, and ${counted(moved, "row")} ${moved === 1 ? "where it was before its correction" : "where they were before their correction"}`
      : "";
  return `by a hash of ${key} with seed ${rule.seed}, of which ${percent(rule.testFraction)} is held out${rule.strata ? ` in each class of "${rule.strata.column.name}"` : ""}${kept}`;
}

function describeTimeRule({ column, testFraction, from }: TimeRule): string {
  if (from === undefined) return `by "${column}", of which the newest ${percent(testFraction)} is held out`;
  const { value, unit } = from;
  const shown =
    unit === "number" ? String(value) : new Date(value * 1000).toISOString().replace(".000Z", "Z");
  return `by "${column}", of which the rows from ${shown} on are held out`;
}

/** From so many values on, hashing their texts would take longer than training does. */
const manyValues = 100_000;

/**
 * A rule with the hash for data of so many rows: that of the champion's rows, as other hashes would put them elsewhere, and for a
 * first model of texts, or of many values as they are.
 */
export function withHash(rule: SplitRule, rows: number, champion?: SplitRule): SplitRule {
  if (rule.by !== "hash") return rule;
  const isBinary =
    champion?.by === "hash" ? champion.hash === "binary" : rows * rule.key.length >= manyValues;
  return { ...rule, ...(isBinary && { hash: "binary" }) };
}

/**
 * The rule for a definition's rows, in data with these columns. What tells rows apart outlives definitions: without an id
 * it is all columns, and those of the champion's rule as long as the data has them, whatever the definition uses now. So
 * a row stays where it was when a feature comes or goes.
 */
export function decideSplitRule(
  { split, columns }: Pick<ModelDefinition, "split" | "columns">,
  header: readonly string[],
  champion?: SplitRule,
): SplitRule {
  if (split.column !== undefined) return { by: "column", column: split.column };
  const { seed, testFraction, group, time, stratify } = split;
  if (time !== undefined) return { by: "time", column: time, testFraction };
  const target = columns.find(({ role }) => role === "target");
  const strata = stratify && target && { column: { name: target.name, type: target.type } };
  const hashed = { by: "hash", seed, testFraction, ...(strata && { strata }) } as const;
  if (group !== undefined) {
    // As the definition reads it, where it does: the values of a number are the same in every notation.
    const type = columns.find(({ name }) => name === group)?.type ?? "category";
    return { ...hashed, key: [{ name: group, type, role: "group" }] };
  }
  const id = columns.find(({ role }) => role === "id");
  if (id) return { ...hashed, key: [{ name: id.name, type: id.type, role: "id" }] };
  const inherited =
    champion?.by === "hash" &&
    champion.key.every(({ name, role }) => role === undefined && header.includes(name)) &&
    champion.key;
  const key = inherited || columns.map(({ name, type }) => ({ name, type }));
  return { ...hashed, key: [...key].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
