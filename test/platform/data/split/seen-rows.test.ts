import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FormerData } from "../../../../platform/data/split/former-rows";
import { findUnseenRows, howToTell } from "../../../../platform/data/split/seen-rows";
import { loadData, type DataSource } from "../../../../platform/data/source";
import { splitData } from "../../../../platform/data/split/split";
import { decideSplitRule, type SplitRule } from "../../../../platform/data/split/split-rule";
import type { ModelDefinition } from "../../../../platform/definition/definition";
import type { Digest } from "../../../../platform/base/files";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { numbersOnly } from "../definitions";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-seen-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const definition = numbersOnly(["x", "z", "y"]);
const byId: ModelDefinition = {
  ...numbersOnly(["key", "x", "y"]),
  columns: numbersOnly(["key", "x", "y"]).columns.map((column) =>
    column.name === "key" ? { ...column, role: "id" as const } : column,
  ),
};
type Row = Readonly<Record<string, number>>;
const rows = (count: number, from = 0): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    x: from + index,
    z: ((from + index) * 7919) % 1009,
    y: ((from + index) * 31) % 97,
  }));

async function write(name: string, table: readonly Row[]): Promise<string> {
  const file = path.join(folder, name);
  const header = Object.keys(table[0] ?? {});
  const lines = table.map((row) => header.map((key) => row[key]).join());
  await writeFile(file, `${[header.join(), ...lines].join("\n")}\n`);
  return file;
}

/** The values of `x` of the rows that a rule holds out, as the table `data` has them. */
async function heldOut(
  of: ModelDefinition,
  file: string,
  champion?: SplitRule,
): Promise<{ source: DataSource; rule: SplitRule; x: number[] }> {
  const source = await loadData(engine, of, file);
  const rule = decideSplitRule(of, source.header, champion);
  await splitData({ engine, definition: of, source }, rule);
  const found = await engine.rows("SELECT x FROM data WHERE _held_out ORDER BY _row");
  return { source, rule, x: found.map(({ x }) => Number(x)) };
}

const former = async (file: string, of = definition): Promise<FormerData> => {
  const { digest } = await loadData(engine, of, file);
  return { file, digest, columns: of.columns.map(({ name, type }) => ({ name, type })) };
};

describe("how the rows that a model was trained on are told", () => {
  const [now, before] = ["1".repeat(64), "2".repeat(64)] as [Digest, Digest];
  const hash: SplitRule = {
    by: "hash",
    seed: 1,
    testFraction: 0.2,
    key: [{ name: "x", type: "number" }],
  };
  const id: SplitRule = { ...hash, key: [{ name: "x", type: "number", role: "id" }] };
  const column: SplitRule = { by: "column", column: "x" };
  test.each<[string, SplitRule | undefined, Digest, string[], boolean, string]>([
    ["an id, on any data", id, before, ["x"], true, "by-rule"],
    ["an id that the data lacks, with the data kept", id, before, ["z"], true, "by-content"],
    ["an id that the data lacks, with no data kept", id, before, ["z"], false, "not-at-all"],
    ["values, on the same data", hash, now, ["x"], true, "by-rule"],
    ["values, on other data", hash, before, ["x"], true, "by-content"],
    ["values, on other data, with none kept", hash, before, ["x"], false, "by-rule-unless-corrected"],
    ["values that the data lacks, with none kept", hash, before, ["z"], false, "not-at-all"],
    ["a column, on the same data", column, now, ["x"], false, "by-rule"],
    ["a column, on other data", column, before, ["x"], true, "by-content"],
    ["no rule", undefined, now, ["x"], true, "not-at-all"],
  ])("%s", (_, rule, digest, header, isKept, telling) => {
    expect(howToTell({ digest, rule, isKept }, { digest: now, header })).toBe(telling);
  });
});

test("another seed: held-out rows are unseen where both seeds hold them out", async () => {
  const file = await write("seed.csv", rows(1000));
  const champion = await heldOut(definition, file);
  const reseeded = { ...definition, split: { ...definition.split, seed: 2 } };
  const { source, x } = await heldOut(reseeded, file, champion.rule);
  const { unseen, telling } = await findUnseenRows(
    { engine, definition: reseeded, source },
    { digest: source.digest, rule: champion.rule },
  );
  expect(telling).toBe("by-rule");
  expect(x.filter((_, row) => unseen[row])).toEqual(x.filter((value) => champion.x.includes(value)));
  // A fifth of a fifth of 1,000, to four standard deviations.
  expect(Math.abs(unseen.filter(Boolean).length - 40)).toBeLessThan(25);
});

test("a greater fraction: the rows that it adds were trained on", async () => {
  const file = await write("fraction.csv", rows(1000));
  const champion = await heldOut(definition, file);
  const more = { ...definition, split: { ...definition.split, testFraction: 0.3 } };
  const { source, x } = await heldOut(more, file, champion.rule);
  expect(champion.x.every((value) => x.includes(value))).toBe(true);
  const { unseen } = await findUnseenRows(
    { engine, definition: more, source },
    { digest: source.digest, rule: champion.rule },
  );
  expect(x.filter((_, row) => unseen[row])).toEqual(champion.x);
});

test.each<[string, string[], string[]]>([
  ["a feature more", ["x", "y"], ["x", "z", "y"]],
  ["a feature less", ["x", "z", "y"], ["x", "y"]],
])("%s moves no row", async (_, before, after) => {
  const file = await write("features.csv", rows(500));
  const champion = await heldOut(numbersOnly(before), file);
  const candidate = numbersOnly(after);
  const { source, x } = await heldOut(candidate, file, champion.rule);
  expect(x).toEqual(champion.x);
  const { unseen } = await findUnseenRows(
    { engine, definition: candidate, source },
    { digest: source.digest, rule: champion.rule },
  );
  expect(unseen.every(Boolean)).toBe(true);
});

test("a column that gets another type moves no row", async () => {
  const file = await write("type.csv", rows(300));
  const champion = await heldOut(definition, file);
  const text: ModelDefinition = {
    ...definition,
    columns: definition.columns.map((column) =>
      column.name === "z" ? { ...column, type: "category" } : column,
    ),
  };
  expect((await heldOut(text, file, champion.rule)).x).toEqual(champion.x);
});

describe("data that has changed since", () => {
  test("rows that came are unseen, and rows that stayed are what they were", async () => {
    const before = await write("before.csv", rows(500));
    const data = await former(before);
    const champion = await heldOut(definition, before);
    const file = await write("after.csv", [...rows(500).toReversed(), ...rows(300, 5000)]);
    const reseeded = { ...definition, split: { ...definition.split, seed: 2 } };
    const { source, x } = await heldOut(reseeded, file, champion.rule);
    const { unseen, telling } = await findUnseenRows(
      { engine, definition: reseeded, source },
      { digest: data.digest, rule: champion.rule, data },
    );
    expect(telling).toBe("by-content");
    expect(x.filter((_, row) => unseen[row])).toEqual(
      x.filter((value) => value >= 5000 || champion.x.includes(value)),
    );
  });

  test("a corrected row is the row that it was, whichever side it falls on", async () => {
    const table = rows(500);
    const before = await write("uncorrected.csv", table);
    const data = await former(before);
    const champion = await heldOut(definition, before);
    // Every third row gets another z, which makes it another row by its hash.
    const corrected = table.map((row, index) => (index % 3 === 0 ? { ...row, z: (row.z ?? 0) + 0.5 } : row));
    const file = await write("corrected.csv", corrected);
    const { source, x } = await heldOut(definition, file, champion.rule);
    const moved = x.filter((value) => !champion.x.includes(value));
    // About 0.8 of a fifth of 167 rows.
    expect(moved.length).toBeGreaterThan(10);
    const trainedOn = { digest: data.digest, rule: champion.rule };
    const { unseen } = await findUnseenRows({ engine, definition, source }, { ...trainedOn, data });
    expect(x.filter((_, row) => !unseen[row])).toEqual(moved);
    const byRule = await findUnseenRows({ engine, definition, source }, trainedOn);
    expect(byRule.telling).toBe("by-rule-unless-corrected");
    expect(byRule.unseen.every(Boolean)).toBe(true);
  });

  test("a column in another unit throughout makes no row a new one", async () => {
    const table = rows(400);
    const before = await write("pounds.csv", table);
    const data = await former(before);
    const champion = await heldOut(definition, before);
    const file = await write(
      "kilograms.csv",
      table.map((row) => ({ ...row, z: (row.z ?? 0) / 4 })),
    );
    const { source, x } = await heldOut(definition, file, champion.rule);
    const { unseen } = await findUnseenRows(
      { engine, definition, source },
      { digest: data.digest, rule: champion.rule, data },
    );
    expect(x.filter((_, row) => unseen[row])).toEqual(x.filter((value) => champion.x.includes(value)));
  });

  test("rows are compared by what is left when a column of the rule is gone", async () => {
    const before = await write("wide.csv", rows(400));
    const data = await former(before);
    const champion = await heldOut(definition, before);
    const file = await write(
      "narrow.csv",
      rows(400).map(({ x = 0, y = 0 }) => ({ x, y })),
    );
    const narrow = numbersOnly(["x", "y"]);
    const { source, x } = await heldOut(narrow, file, champion.rule);
    const { unseen } = await findUnseenRows(
      { engine, definition: narrow, source },
      { digest: data.digest, rule: champion.rule, data },
    );
    expect(unseen.filter(Boolean).length).toBeGreaterThan(5);
    expect(x.filter((_, row) => unseen[row])).toEqual(x.filter((value) => champion.x.includes(value)));
  });

  test.each<[string, "," | ".", boolean]>([
    ["as they were", ",", false],
    ["with points before", ".", true],
  ])("numbers with commas are compared as numbers, %s", async (_, decimal, isSaid) => {
    const table = rows(300).map(({ x = 0, y = 0, z = 0 }) => ({ x, y, z: z + 0.5 }));
    const written = (name: string, point: string): Promise<string> => {
      const lines = table.map(({ x, z, y }) => [x, String(z).replace(".", point), y].join(";"));
      const file = path.join(folder, name);
      return writeFile(file, `${["x;z;y", ...lines].join("\n")}\n`).then(() => file);
    };
    const withCommas = { ...definition, format: { ...definition.format, decimal: "," as const } };
    const before = { ...definition, format: { ...definition.format, decimal } };
    const was = await written("was.csv", decimal);
    const champion = await heldOut(before, was);
    const { digest, columns } = await former(was);
    const data = { file: was, digest, columns, ...(isSaid && { written: before.format }) };
    const reseeded = { ...withCommas, split: { ...definition.split, seed: 2 } };
    const { source, x } = await heldOut(reseeded, await written("is.csv", ","), champion.rule);
    const { unseen } = await findUnseenRows(
      { engine, definition: reseeded, source },
      { digest: "0".repeat(64) as Digest, rule: champion.rule, data },
    );
    expect(x.filter((_value, row) => unseen[row])).toEqual(x.filter((value) => champion.x.includes(value)));
    expect(unseen.filter((isUnseen) => !isUnseen).length).toBeGreaterThan(20);
  });

  test("with an id nothing but the id has a say", async () => {
    const table = (factor: number) =>
      Array.from({ length: 300 }, (_, key) => ({ key, x: key * factor, y: key % 5 }));
    const champion = await heldOut(byId, await write("ids.csv", table(1)));
    const { source, x } = await heldOut(byId, await write("ids-corrected.csv", table(2)), champion.rule);
    expect(x.map((value) => value / 2)).toEqual(champion.x);
    const { unseen, telling } = await findUnseenRows(
      { engine, definition: byId, source },
      { digest: "0".repeat(64) as Digest, rule: champion.rule },
    );
    expect(telling).toBe("by-rule");
    expect(unseen.every(Boolean)).toBe(true);
  });
});

test("without its rule no row is known to be unseen", async () => {
  const { source } = await heldOut(definition, await write("unknown.csv", rows(100)));
  const { unseen, telling } = await findUnseenRows({ engine, definition, source }, { digest: source.digest });
  expect(telling).toBe("not-at-all");
  expect(unseen.length).toBeGreaterThan(0);
  expect(unseen.some(Boolean)).toBe(false);
});
