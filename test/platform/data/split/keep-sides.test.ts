import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FormerData } from "../../../../platform/data/split/former-rows";
import { keepSides } from "../../../../platform/data/split/keep-sides";
import { loadData } from "../../../../platform/data/source";
import { splitData } from "../../../../platform/data/split/split";
import { decideSplitRule, type HashRule, type SplitRule } from "../../../../platform/data/split/split-rule";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { numbersOnly } from "../definitions";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-sides-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const definition = numbersOnly(["n", "x", "y"]);
type Row = readonly [n: number, x: number, y: number];
const rows = Array.from({ length: 300 }, (_, n): Row => [n, (n * 7919) % 1009, (n * 31) % 97]);
const plainRule = decideSplitRule(definition, ["n", "x", "y"]) as HashRule;

async function write(name: string, table: readonly Row[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, `${["n,x,y", ...table.map((row) => row.join())].join("\n")}\n`);
  return file;
}

/** `n` of the held-out rows. */
async function heldOut(file: string, rule: SplitRule): Promise<number[]> {
  const source = await loadData(engine, definition, file);
  await splitData({ engine, definition, source }, rule);
  const found = await engine.rows("SELECT n FROM data WHERE _held_out ORDER BY n");
  return found.map(({ n }) => Number(n));
}

async function former(file: string): Promise<FormerData> {
  const { digest } = await loadData(engine, definition, file);
  return { file, digest, columns: definition.columns.map(({ name, type }) => ({ name, type })) };
}

async function keep(file: string, rule: HashRule, before: FormerData | undefined): Promise<HashRule> {
  const source = await loadData(engine, definition, file);
  return keepSides({ engine, definition, source }, rule, before);
}

const corrected = (table: readonly Row[], every: number, by: number): Row[] =>
  table.map(([n, x, y]) => [n, n % every === 0 ? x + by : x, y]);

test("corrected rows stay on their side, and rows that come go where their hash puts them", async () => {
  const before = await write("before.csv", rows);
  const sides = await heldOut(before, plainRule);
  const added = Array.from({ length: 200 }, (_, n): Row => [1000 + n, n, n]);
  const after = await write("after.csv", [...corrected(rows, 3, 0.5).toReversed(), ...added]);
  const byHash = await heldOut(after, plainRule);
  expect(byHash.filter((n) => n < 1000)).not.toEqual(sides);
  const rule = await keep(after, plainRule, await former(before));
  // Of 100 corrected rows a third is on another side by its hash: 0.2 * 0.8 * 2.
  expect(Math.abs((rule.moved?.length ?? 0) - 32)).toBeLessThan(20);
  const kept = await heldOut(after, rule);
  expect(kept.filter((n) => n < 1000)).toEqual(sides);
  expect(kept.filter((n) => n >= 1000)).toEqual(byHash.filter((n) => n >= 1000));
});

test("they stay when they are corrected again, and when the correction is taken back", async () => {
  const before = await write("first.csv", rows);
  const sides = await heldOut(before, plainRule);
  const second = await write("second.csv", corrected(rows, 2, 0.5));
  const rule = await keep(second, plainRule, await former(before));
  const third = await write("third.csv", corrected(rows, 2, 0.75));
  const again = await keep(third, rule, await former(second));
  expect(await heldOut(third, again)).toEqual(sides);
  // Names of rows that are no more are not carried on.
  expect(again.moved?.filter((key) => rule.moved?.includes(key))).toEqual([]);
  const back = await keep(before, again, await former(third));
  expect(back).toEqual(plainRule);
  expect(await heldOut(before, back)).toEqual(sides);
});

test("what was named before is named still where nothing else is known", async () => {
  const before = await write("named.csv", rows);
  const after = await write("named-after.csv", corrected(rows, 3, 0.5));
  const rule = await keep(after, plainRule, await former(before));
  expect(await keep(after, rule, undefined)).toEqual(rule);
  expect(await keep(before, rule, undefined)).toEqual(plainRule);
});

test("without corrections there is nothing to name", async () => {
  const before = await write("same.csv", rows);
  const more = await write("more.csv", [...rows, [500, 1, 2]]);
  expect(await keep(more, plainRule, await former(before))).toEqual(plainRule);
  const fewer = await write("fewer.csv", rows.slice(50));
  expect(await keep(fewer, plainRule, await former(before))).toEqual(plainRule);
});

test("where more than 10,000 rows may have been corrected, they go where their hash puts them", async () => {
  const many = Array.from({ length: 10_002 }, (_, n): Row => [n, n % 13, n % 7]);
  const before = await former(await write("many.csv", many));
  const all = await write("many-all.csv", corrected(many, 1, 0.5));
  expect(await keep(all, plainRule, before)).toEqual(plainRule);
  const most = await write("many-some.csv", corrected(many, 20, 0.5));
  expect((await keep(most, plainRule, before)).moved?.length).toBeGreaterThan(50);
});

test("a new row that may have been a training row is one", async () => {
  const sides = await heldOut(await write("sides.csv", rows), plainRule);
  const [held = NaN] = sides;
  const trained = rows.findIndex(([n]) => !sides.includes(n));
  const [, x = 0, y = 0] = rows[held] ?? [];
  // Two rows that are gone differ from it in n alone: one was held out, the other not.
  const twins: Row[] = [...rows.filter(([n]) => n !== trained), [trained, x, y]];
  const before = await write("twins.csv", twins);
  const wasHeldOut = await heldOut(before, plainRule);
  expect(wasHeldOut).toContain(held);
  const after = await write("twins-after.csv", [
    ...twins.filter(([n]) => n !== held && n !== trained),
    [7777, x, y],
  ]);
  const rule = await keep(after, plainRule, await former(before));
  const isTraining = !wasHeldOut.includes(trained);
  expect((await heldOut(after, rule)).includes(7777)).toBe(!isTraining);
});
