import { keyOf } from "../../../../platform/data/split/row-sides";
import {
  decideSplitRule,
  describeSplitRule,
  splitRuleSchema,
  withHash,
  type SplitRule,
} from "../../../../platform/data/split/split-rule";
import type { ModelDefinition } from "../../../../platform/definition/definition";
import { numbersOnly } from "../definitions";

const abc = numbersOnly(["b", "a", "y"]);
const withId: ModelDefinition = {
  ...abc,
  columns: abc.columns.map((column) => (column.name === "a" ? { ...column, role: "id" as const } : column)),
};
const byHash = (...names: string[]) => ({
  by: "hash" as const,
  seed: 1,
  testFraction: 0.2,
  key: names.map((name) => ({ name, type: "number" as const })),
});
const byId: SplitRule = {
  by: "hash",
  seed: 1,
  testFraction: 0.2,
  key: [{ name: "a", type: "number", role: "id" }],
};
const all = ["a", "b", "c", "y"];

test.each<[string, ModelDefinition, string[], SplitRule | undefined, SplitRule]>([
  ["all columns by name where there is no id", abc, all, undefined, byHash("a", "b", "y")],
  ["the id alone where there is one", withId, all, undefined, byId],
  ["the champion's columns when the definition has one more", abc, all, byHash("a", "y"), byHash("a", "y")],
  [
    "the champion's columns when the definition has one less that the data still has",
    abc,
    all,
    byHash("a", "b", "c", "y"),
    byHash("a", "b", "c", "y"),
  ],
  [
    "the definition's when the data no longer has one of the champion's",
    abc,
    ["a", "b", "y"],
    byHash("a", "b", "c", "y"),
    byHash("a", "b", "y"),
  ],
  [
    "the definition's when the champion went by an id that is none now",
    abc,
    all,
    byId,
    byHash("a", "b", "y"),
  ],
  ["the id, whatever the champion went by", withId, all, byHash("a", "b", "y"), byId],
  [
    "the definition's seed and fraction, not the champion's",
    { ...abc, split: { seed: 7, testFraction: 0.3 } },
    all,
    byHash("a", "y"),
    { ...byHash("a", "y"), seed: 7, testFraction: 0.3 },
  ],
  [
    "a column of the data that says it",
    { ...abc, split: { ...abc.split, column: "set" } },
    [...all, "set"],
    byHash("a", "y"),
    { by: "column", column: "set" },
  ],
  [
    "whose they are, whatever the champion went by",
    { ...abc, split: { ...abc.split, group: "customer" } },
    [...all, "customer"],
    byHash("a", "y"),
    { ...byHash("a"), key: [{ name: "customer", type: "category", role: "group" }] },
  ],
  [
    "all columns where the champion went by whose they are",
    abc,
    all,
    { ...byHash("a"), key: [{ name: "a", type: "category", role: "group" }] },
    byHash("a", "b", "y"),
  ],
  [
    "their time",
    { ...abc, split: { ...abc.split, time: "at" } },
    [...all, "at"],
    byHash("a", "y"),
    { by: "time", column: "at", testFraction: 0.2 },
  ],
  [
    "the definition's when a column said it of the champion's rows",
    abc,
    all,
    { by: "column", column: "c" },
    byHash("a", "b", "y"),
  ],
])("rows are told apart by %s", (_, definition, header, champion, rule) => {
  expect(decideSplitRule(definition, header, champion)).toEqual(rule);
  expect(splitRuleSchema.parse(rule)).toEqual(rule);
});

const hashed = byHash("a", "y");
const binary = { ...hashed, hash: "binary" as const };
const bySide: SplitRule = { by: "column", column: "set" };
test.each<[string, SplitRule, number, SplitRule | undefined, SplitRule]>([
  ["texts, of few values", hashed, 49_999, undefined, hashed],
  ["values as they are, of many", hashed, 50_000, undefined, binary],
  ["texts, as the champion's", hashed, 50_000, byHash("a"), hashed],
  ["values, as the champion's", hashed, 1, { ...byHash("a"), hash: "binary" }, binary],
  ["values, where a column said it of the champion's", hashed, 50_000, bySide, binary],
  ["nothing, where a column says it", bySide, 50_000, binary, bySide],
])("rows are hashed by their %s", (_, rule, rows, champion, expected) => {
  expect(withHash(rule, rows, champion)).toEqual(expected);
  expect(splitRuleSchema.parse(expected)).toEqual(expected);
});

test.each<[SplitRule, string]>([
  [byId, 'by a hash of the id "a" with seed 1, of which 20 % is held out'],
  [byHash("a", "y"), 'by a hash of the values of "a", "y" with seed 1, of which 20 % is held out'],
  [
    { ...byHash("y"), moved: ["0123456789abcdef"] },
    'by a hash of the values of "y" with seed 1, of which 20 % is held out, and 1 row where it was before its correction',
  ],
  [{ by: "column", column: "set" }, 'by the column "set"'],
  [
    { ...byHash("a"), key: [{ name: "customer", type: "category", role: "group" }] },
    'by a hash of "customer" with seed 1, so that all rows of one are on one side; 20 % of them are held out',
  ],
  [
    { ...byHash("a"), strata: { column: { name: "y", type: "category" } } },
    'by a hash of the values of "a" with seed 1, of which 20 % is held out in each class of "y"',
  ],
  [{ by: "time", column: "at", testFraction: 0.2 }, 'by "at", of which the newest 20 % is held out'],
  [
    { by: "time", column: "at", testFraction: 0.2, from: { value: 1767225600, unit: "seconds" } },
    'by "at", of which the rows from 2026-01-01T00:00:00Z on are held out',
  ],
  [
    { by: "time", column: "year", testFraction: 0.2, from: { value: 2024, unit: "number" } },
    'by "year", of which the rows from 2024 on are held out',
  ],
])("%p in words", (rule, words) => {
  expect(describeSplitRule(rule)).toBe(words);
});

test.each([
  [byHash("a", "y"), ["a", "y"]],
  [{ by: "column", column: "set" } as const, ["set"]],
])("%p needs its columns", (rule, names) => {
  expect(keyOf(rule).map(({ name }) => name)).toEqual(names);
});
