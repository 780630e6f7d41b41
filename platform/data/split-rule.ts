import { z } from "zod";
import { counted, percent, quoted } from "../base/wording";
import type { ModelDefinition } from "../definition/definition";

const keyColumnSchema = z.object({
  name: z.string().min(1),
  type: z.enum(["number", "category", "boolean"]),
  /** Present where it is the rows' id. */
  role: z.literal("id").exactOptional(),
});

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
    /** The id, or columns by name: their order in a definition has no say. */
    key: z.array(keyColumnSchema).min(1),
    /** Keys of rows that are on the other side than their hash says: they were corrected, and stay where they were. */
    moved: z.array(z.string().regex(/^[0-9a-f]{16}$/)).exactOptional(),
  }),
  /** A column of the data says it, "train" or "test". */
  z.object({ by: z.literal("column"), column: z.string().min(1) }),
]);

export type SplitRule = Readonly<z.output<typeof splitRuleSchema>>;
export type HashRule = Extract<SplitRule, { by: "hash" }>;
export type KeyColumn = HashRule["key"][number];

/** Whether two rules put each row on the same side, but for rows that were corrected. */
export function isSameHash(one: HashRule, other: HashRule): boolean {
  const plain = ({ hash, seed, testFraction, key }: HashRule): string =>
    JSON.stringify([hash, seed, testFraction, key]);
  return plain(one) === plain(other);
}

/** What decides, in words. */
export function describeSplitRule(rule: SplitRule): string {
  if (rule.by === "column") return `by the column "${rule.column}"`;
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
  return `by a hash of ${key} with seed ${rule.seed}, of which ${percent(rule.testFraction)} is held out${kept}`;
}

/** From so many values on, hashing their texts would take longer than training does. */
const manyValues = 1_000_000;

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
  const { seed, testFraction } = split;
  const hashed = { by: "hash", seed, testFraction } as const;
  const id = columns.find(({ role }) => role === "id");
  if (id) return { ...hashed, key: [{ name: id.name, type: id.type, role: "id" }] };
  const inherited =
    champion?.by === "hash" &&
    champion.key.every(({ name, role }) => role !== "id" && header.includes(name)) &&
    champion.key;
  const key = inherited || columns.map(({ name, type }) => ({ name, type }));
  return { ...hashed, key: [...key].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
