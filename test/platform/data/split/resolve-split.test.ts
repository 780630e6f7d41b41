import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { resolveSplit } from "../../../../platform/data/split/resolve-split";
import { loadData, type DataSource } from "../../../../platform/data/source";
import { splitData } from "../../../../platform/data/split/split";
import { decideSplitRule, withHash, type SplitRule } from "../../../../platform/data/split/split-rule";
import { parseModelDefinition, type ModelDefinition } from "../../../../platform/definition/definition";
import type { SqlEngine } from "../../../../platform/sql/engine";
import { openEngine } from "../../../../platform/sql/open-engine";
import { numbersOnly } from "../definitions";

let engine: SqlEngine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-resolve-"));
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

type Value = string | number;
interface Loaded {
  readonly definition: ModelDefinition;
  readonly engine: SqlEngine;
  readonly source: DataSource;
}

async function load(
  definition: ModelDefinition,
  rows: readonly (readonly Value[])[],
  header: string,
): Promise<Loaded> {
  const file = path.join(folder, "data.csv");
  await writeFile(file, `${[header, ...rows.map((row) => row.join())].join("\n")}\n`);
  return { definition, engine, source: await loadData(engine, definition, file) };
}

/** Splits as for a new model with this champion; gives the rule and the rows held out, by number. */
async function split(
  data: Loaded,
  { former, rows = 1 }: { former?: SplitRule; rows?: number } = {},
): Promise<{ rule: SplitRule; heldOut: number[] }> {
  const decided = decideSplitRule(data.definition, data.source.header, former);
  const rule = await resolveSplit(data, withHash(decided, rows, former), former);
  await splitData(data, rule);
  const found = await engine.rows("SELECT _row FROM data WHERE _held_out ORDER BY _row");
  return { rule, heldOut: found.map(({ _row }) => Number(_row)) };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("by group", () => {
  const definition = numbersOnly(["x", "y"], { split: { group: "customer" } });
  const rows = range(4000).map((index) => [index % 400 === 0 ? "a b" : `c${index % 200}`, index, index % 7]);

  test.each([1, 10_000_000])(
    "all rows of one are on one side, and a fifth of them is held out",
    async (many) => {
      const data = await load(definition, rows, "customer,x,y");
      const { rule, heldOut } = await split(data, { rows: many });
      expect(rule).toMatchObject({
        by: "hash",
        key: [{ name: "customer", type: "category", role: "group" }],
      });
      const sides = new Map<Value, Set<boolean>>();
      const isHeldOut = new Set(heldOut);
      rows.forEach(([customer = ""], index) =>
        sides.set(customer, (sides.get(customer) ?? new Set()).add(isHeldOut.has(index + 1))),
      );
      expect([...sides.values()].every((of) => of.size === 1)).toBe(true);
      // 201 customers: four standard deviations of a binomial share.
      const share = [...sides.values()].filter((of) => of.has(true)).length / sides.size;
      expect(Math.abs(share - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / sides.size));
    },
  );

  test("a column of the definition may say it, whatever notation its numbers have", async () => {
    const own = numbersOnly(["customer", "x", "y"], { split: { group: "customer" } });
    const customers = range(60).map((index) => [index % 10, index, index % 7]);
    const plain = await split(await load(own, customers, "customer,x,y"));
    const other = await split(
      await load(
        own,
        customers.map(([customer = 0, ...rest]) => [`${customer}.0`, ...rest]),
        "customer,x,y",
      ),
    );
    expect(other.heldOut).toEqual(plain.heldOut);
  });

  test("a customer keeps the side when rows and customers come", async () => {
    const before = await split(await load(definition, rows.slice(0, 1000), "customer,x,y"));
    const after = await split(await load(definition, rows, "customer,x,y"), { former: before.rule });
    expect(after.heldOut.filter((row) => row <= 1000)).toEqual(before.heldOut);
  });

  test("rows that are nobody's are refused, and a file without the column", async () => {
    const some = await load(
      definition,
      [
        ["a", 1, 2],
        ["", 2, 3],
        ["b", 3, 4],
      ],
      "customer,x,y",
    );
    await expect(split(some)).rejects.toMatchObject({
      code: "DATA_INVALID",
      message: expect.stringMatching(
        /^Column "customer", which split.group names, is empty in 1 row, first in row 2\./,
      ),
    });
    const none = await load(definition, [[1, 2]], "x,y");
    await expect(split(none)).rejects.toThrow('Column "customer", which split.group names, is missing.');
  });

  test("one customer alone is no data to split", async () => {
    const one = await load(
      definition,
      range(20).map((x) => ["a", x, x]),
      "customer,x,y",
    );
    await expect(split(one)).rejects.toThrow('add rows of others in "customer"');
  });
});

describe("by time", () => {
  const definition = numbersOnly(["x", "y"], { split: { time: "at" } });
  const day = (index: number): string => new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10);

  test.each<[string, (index: number) => Value, unknown]>([
    ["dates", day, { value: Date.UTC(2026, 0, 81) / 1000, unit: "seconds" }],
    [
      "times",
      (index) => `${day(index)}T12:30:00Z`,
      { value: Date.UTC(2026, 0, 81, 12, 30) / 1000, unit: "seconds" },
    ],
    [
      "times elsewhere",
      (index) => `${day(index)} 12:30:00.500+02:00`,
      { value: Date.UTC(2026, 0, 81, 10, 30) / 1000 + 0.5, unit: "seconds" },
    ],
    ["numbers", (index) => 1900 + index, { value: 1980, unit: "number" }],
  ])("the newest fifth of the rows is held out, in whatever order they are: %s", async (_, write, from) => {
    const order = range(100).map((index) => (index * 37) % 100);
    const { rule, heldOut } = await split(
      await load(
        definition,
        order.map((index) => [write(index), index, index % 7]),
        "at,x,y",
      ),
    );
    expect(rule).toEqual({ by: "time", column: "at", testFraction: 0.2, from });
    expect(heldOut).toEqual(order.flatMap((index, row) => (index >= 80 ? [row + 1] : [])));
  });

  test("a number of the definition may say it", async () => {
    const own = numbersOnly(["year", "y"], { split: { time: "year", testFraction: 0.5 } });
    const { heldOut } = await split(
      await load(
        own,
        [
          [2003, 1],
          [2001, 2],
          [2002, 3],
          [2004, 4],
        ],
        "year,y",
      ),
    );
    expect(heldOut).toEqual([1, 4]);
  });

  test("rows of the same time are on one side: more is held out, not less", async () => {
    const monthly = range(120).map((index) => [
      `2026-${String(1 + Math.floor(index / 10)).padStart(2, "0")}-01`,
      index,
      index % 7,
    ]);
    const { heldOut } = await split(await load(definition, monthly, "at,x,y"));
    expect(heldOut).toEqual(range(30).map((index) => 91 + index));
  });

  test("newer rows move the line, so that what was held out may be trained on, and never the other way round", async () => {
    const rows = range(100).map((index) => [day(index), index, index % 7]);
    const before = await split(await load(definition, rows.slice(0, 50), "at,x,y"));
    const after = await split(await load(definition, rows, "at,x,y"), { former: before.rule });
    expect(before.heldOut).toEqual(range(10).map((index) => 41 + index));
    expect(after.heldOut).toEqual(range(20).map((index) => 81 + index));
  });

  test.each<[string, Value]>([
    ["an empty field", ""],
    ["another notation", "31/01/2026"],
    ["a day that does not exist", "2026-02-30"],
  ])("%s is refused by its row", async (_, wrong) => {
    const rows: Value[][] = range(20).map((index) => [day(index), index, index % 7]);
    rows[4] = [wrong, 4, 4];
    await expect(split(await load(definition, rows, "at,x,y"))).rejects.toMatchObject({
      code: "DATA_INVALID",
      message: expect.stringMatching(
        /has no time in 1 row, first in row 5\. Expected in every row a number, or a date/,
      ),
    });
  });

  test("rows of one time cannot be split by it", async () => {
    const same = await load(
      definition,
      range(10).map((x) => [day(0), x, x]),
      "at,x,y",
    );
    await expect(split(same)).rejects.toThrow("add rows of other times");
  });
});

describe("stratified", () => {
  const definition = parseModelDefinition(
    {
      name: "classes",
      task: "classification",
      data: "data.csv",
      columns: [
        { name: "x", type: "number" },
        { name: "y", type: "category", role: "target", values: ["no", "yes"] },
      ],
      split: { stratify: true },
      trainer: { kind: "logistic", l2: 1 },
      gate: { metric: "auc" },
    },
    "classes",
  );
  const rows = (count: number) => range(count).map((x) => [x * 1.5, x % 50 === 0 ? "yes" : "no"]);
  const heldOutOf = (all: readonly (readonly Value[])[], heldOut: readonly number[]) => {
    const of = heldOut.map((row) => all[row - 1]?.[1]);
    return { yes: of.filter((y) => y === "yes").length, no: of.filter((y) => y === "no").length };
  };

  test.each([1, 10_000_000])("each class gives the same share, to the row", async (many) => {
    const all = rows(1000);
    const { heldOut } = await split(await load(definition, all, "x,y"), { rows: many });
    expect(heldOutOf(all, heldOut)).toEqual({ yes: 4, no: 196 });
  });

  test("a class of two rows has one on either side, a class of one row is trained on", async () => {
    const [two, one] = [rows(101).slice(0, 0), []] as Value[][][];
    for (let x = 0; x < 100; x++) two?.push([x, x < 2 ? "yes" : "no"]);
    for (let x = 0; x < 100; x++) one?.push([x, x < 1 ? "yes" : "no"]);
    const ofTwo = await split(await load(definition, two ?? [], "x,y"));
    expect(heldOutOf(two ?? [], ofTwo.heldOut).yes).toBe(1);
    const ofOne = await split(await load(definition, one ?? [], "x,y"));
    expect(heldOutOf(one ?? [], ofOne.heldOut)).toEqual({ yes: 0, no: 20 });
  });

  test("rows stay on their side when others come: the limits of the champion's rule are kept", async () => {
    const all = rows(2000);
    const before = await split(await load(definition, all.slice(0, 1000), "x,y"));
    const after = await split(await load(definition, all, "x,y"), { former: before.rule });
    expect(after.rule).toEqual(before.rule);
    expect(after.heldOut.filter((row) => row <= 1000)).toEqual(before.heldOut);
    const anew = await split(await load(definition, all, "x,y"));
    expect(heldOutOf(all, anew.heldOut)).toEqual({ yes: 8, no: 392 });
  });
});
