import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { measureDrift } from "../../../platform/drift/drift";
import type { CategoryProfile, Profile } from "../../../platform/drift/profile";
import { countCategories, profileCategories } from "../../../platform/drift/profile-categories";
import { profileRecordsAgainst } from "../../../platform/drift/profile-values";
import type { SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

const rule = { psi: 0.2, significance: 0.01, minRows: 50 };
const tableOf = (values: readonly string[]): string =>
  `(VALUES ${values.map((value) => `('${value}')`).join(", ")}) AS t(c)`;
const fresh = (values: readonly string[]): Promise<CategoryProfile> =>
  profileCategories(engine, tableOf(values), { name: "c", rows: values.length });
const against = (reference: CategoryProfile, values: readonly string[]): Promise<CategoryProfile> =>
  countCategories(engine, tableOf(values), { name: "c", rows: values.length, reference });

/** `v0`, as often as it says, and so on. */
const repeated = (...times: number[]): string[] =>
  times.flatMap((count, index) => new Array<string>(count).fill(`v${index}`));

const profileOf = (column: CategoryProfile): Profile => ({ rows: column.count, columns: { c: column } });

test("a reference keeps the names of its further values, and what of them would be new if it came again", async () => {
  const profile = await fresh(repeated(...new Array<number>(100).fill(3), 2, 2, 1));
  expect(Object.keys(profile.values)).toHaveLength(100);
  expect(profile).toMatchObject({ count: 305, other: 5, seen: ["v100", "v101", "v102"], unseen: 1 });
});

test("one of few values has none", async () => {
  expect(await fresh(repeated(3, 1))).toEqual({
    type: "category",
    count: 4,
    missing: 0,
    values: { v0: 3, v1: 1 },
    other: 0,
  });
});

test("one of more values than names counts those without as new", async () => {
  const many = repeated(...new Array<number>(10_050).fill(2));
  const profile = await fresh(many);
  expect(profile.seen).toHaveLength(9_900);
  expect(profile).toMatchObject({ other: 2 * 9_950, unseen: 2 * 50 });
});

test("a log is counted as a table is", async () => {
  const reference = await fresh(repeated(...new Array<number>(150).fill(2)));
  const now = [...repeated(1, 1, 4), ...new Array<string>(30).fill("v140"), "n1", "n1", "n2"];
  const records = now.map((c) => ({ inputs: [{ c }], outputs: [0] }));
  const { c } = (await profileRecordsAgainst(profileOf(reference), records)).columns;
  const table = await against(reference, now);
  expect(c).toEqual(table);
  expect(table).toMatchObject({ count: 39, unseen: 3 });
});

describe("5,000 categories", () => {
  const random = xoroshiro128plus(5);
  const drawn = (count: number, prefix: string, different = 5000): string[] =>
    Array.from({ length: count }, () => `${prefix}${uniformInt(random, 0, different - 1)}`);

  test("that are all replaced are drift, in a bin of those not seen before", async () => {
    const reference = await fresh(drawn(20_000, "a"));
    const report = measureDrift(
      profileOf(reference),
      profileOf(await against(reference, drawn(2000, "b"))),
      rule,
    );
    expect(report.drifted).toBe(true);
    expect(report.columns[0]?.psi).toBeGreaterThan(5);
    const unseen = report.columns[0]?.bins.find(({ label }) => label === "not seen before");
    expect(unseen).toMatchObject({ current: 1 });
    expect(report.explanation).toMatch(
      /^Drift in 1 of 1 column: c \(.*, 100 % not seen before against 1\.\d+ % to expect\);/,
    );
    // A value does not occur among the other 19,999 with the probability 0.9998^19999.
    expect(unseen?.reference).toBeCloseTo(Math.exp(-4), 2);
  });

  test.each([
    ["as before", "a", 5000],
    ["so many that nearly all are new each time", "a", 1e9],
  ])("%s are no drift", async (_, prefix, different) => {
    const reference = await fresh(drawn(5000, prefix, different));
    let drifted = 0;
    for (let repetition = 0; repetition < 20; repetition++) {
      const now = await against(reference, drawn(1000, prefix, different));
      if (measureDrift(profileOf(reference), profileOf(now), rule).drifted) drifted += 1;
    }
    expect(drifted).toBe(0);
  });
});

test("a reference without names compares as before, without telling new values from others", async () => {
  const { seen: names = [], unseen = 0, ...old } = await fresh(repeated(...new Array<number>(150).fill(2)));
  expect([names.length, unseen]).toEqual([50, 0]);
  const now = await against(old, new Array<string>(300).fill("new"));
  const [column] = measureDrift(profileOf(old), profileOf(now), rule).columns;
  expect(column?.bins.at(-1)).toMatchObject({ label: "other", current: 1 });
});
