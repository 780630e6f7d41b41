import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { measureDrift, type DriftReport } from "../../../platform/drift/drift";
import type { CategoryProfile, NumberProfile, Profile } from "../../../platform/drift/profile";
import {
  profileNumbers,
  profileNumbersAgainst,
  profileRecordsAgainst,
} from "../../../platform/drift/profile-values";

const rule = { psi: 0.2, significance: 0.01, minRows: 50 };

function normals(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(random))) * Math.cos(2 * Math.PI * uniformFloat64(random));
}

const many = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

function category(values: Record<string, number>, { missing = 0, other = 0 } = {}): CategoryProfile {
  const count = Object.values(values).reduce((sum, value) => sum + value, other);
  return { type: "category", count, missing, values, other };
}

function profile(columns: Profile["columns"], prediction?: NumberProfile): Profile {
  const [first] = Object.values(columns);
  const rows = first ? first.count + first.missing : 0;
  return { rows, columns, ...(prediction && { prediction }) };
}

const only = (report: DriftReport): DriftReport["columns"][number] | undefined => report.columns[0];

describe("samples of one distribution", () => {
  test.each([60, 400])("show no drift in more than 98 %% of 200 repetitions with %d rows", (rows) => {
    const draw = normals(rows);
    const text = (): Record<string, number> => {
      const counts: Record<string, number> = { a: 0, b: 0, c: 0, rare: 0 };
      many(rows, draw).forEach((value) => {
        const name = value > 2.3 ? "rare" : value > 0.5 ? "a" : value > -0.5 ? "b" : "c";
        counts[name] = (counts[name] ?? 0) + 1;
      });
      return counts;
    };
    const repetitions = 200;
    let drifted = 0;
    let meanIndex = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const [x, y] = [profileNumbers(many(350, draw)), profileNumbers(many(350, draw))];
      const reference = profile({ x, y, c: category(text()) }, x);
      const current = profile(
        {
          x: profileNumbersAgainst(x, many(rows, draw)),
          y: profileNumbersAgainst(y, many(rows, draw)),
          c: category(text()),
        },
        profileNumbersAgainst(x, many(rows, draw)),
      );
      const report = measureDrift(reference, current, rule);
      if (report.drifted) drifted++;
      meanIndex += (only(report)?.psi ?? NaN) / repetitions;
    }
    expect(drifted).toBeLessThanOrEqual(4);
    // The index alone would be biased: about (bins - 1)(1/n + 1/m), more where a bin happens to be empty.
    const expected = 9 * (1 / 350 + 1 / rows);
    expect(meanIndex).toBeGreaterThan(0.85 * expected);
    expect(meanIndex).toBeLessThan(1.6 * expected);
  });
});

describe("rows that were asked for ten times each", () => {
  test("show no drift in more than 98 % of 200 repetitions, and alarm in nearly all without being told", async () => {
    const draw = normals(77);
    let [told, untold] = [0, 0];
    for (let repetition = 0; repetition < 200; repetition++) {
      const values = many(350, draw);
      const reference: Profile = {
        ...profile({ x: profileNumbers(values), y: profileNumbers(many(350, draw)) }),
        likeRows: 0,
      };
      const once = many(30, () => ({ inputs: [{ x: draw(), y: draw() }], outputs: [0] }));
      const records = Array.from({ length: 10 }, () => once).flat();
      const current = await profileRecordsAgainst(reference, records);
      expect(current.effectiveRows).toBeCloseTo(30, 9);
      const unknown: Profile = { ...current, effectiveRows: current.rows };
      if (measureDrift(reference, current, { ...rule, minRows: 20 }).drifted) told += 1;
      if (measureDrift(reference, unknown, { ...rule, minRows: 20 }).drifted) untold += 1;
    }
    expect(told).toBeLessThanOrEqual(4);
    expect(untold).toBeGreaterThan(150);
  });

  test("still show a drift that so many different ones show, and say how many they are", async () => {
    const draw = normals(78);
    const reference: Profile = { ...profile({ x: profileNumbers(many(350, draw)) }), likeRows: 0 };
    const once = many(100, () => ({ inputs: [{ x: draw() + 1 }], outputs: [0] }));
    const current = await profileRecordsAgainst(reference, Array.from({ length: 10 }, () => once).flat());
    const report = measureDrift(reference, current, rule);
    expect(report).toMatchObject({
      rows: 1000,
      effectiveRows: expect.closeTo(100, 9) as number,
      drifted: true,
    });
    expect(report.explanation).toContain(
      "1,000 rows (which repeat each other, and tell as much as 100) against",
    );
  });

  test("are too few when the different ones are", async () => {
    const reference: Profile = { ...profile({ x: profileNumbers(many(350, normals(79))) }), likeRows: 0 };
    const records = many(100, () => ({ inputs: [{ x: 3 }], outputs: [0] }));
    expect(measureDrift(reference, await profileRecordsAgainst(reference, records), rule)).toMatchObject({
      rows: 100,
      effectiveRows: 1,
      judged: false,
    });
  });

  test("are not looked for where features were left out, so that rows look alike", async () => {
    const numbers = profileNumbers(many(350, normals(80)));
    const records = many(100, () => ({ inputs: [{ x: 3 }], outputs: [0], redacted: ["y"] }));
    const both: Profile = { ...profile({ x: numbers, y: numbers }), likeRows: 0 };
    expect(await profileRecordsAgainst(both, records)).not.toHaveProperty("effectiveRows");
    // A personal column is in no profile, and was not compared when it was measured how many rows are alike.
    const withoutIt: Profile = { ...profile({ x: numbers }), likeRows: 0 };
    expect(await profileRecordsAgainst(withoutIt, records)).toMatchObject({ effectiveRows: 1 });
  });
});

describe("samples that differ", () => {
  const draw = normals(5);
  const reference = profileNumbers(many(350, draw));

  test.each([
    ["a shift by one standard deviation", many(100, () => draw() + 1), true],
    ["twice the spread", many(300, () => draw() * 2), true],
    ["only missing values", new Array<number>(60).fill(NaN), true],
    ["a third of missing values", many(150, () => (draw() > 0.4 ? NaN : draw())), true],
    ["a shift too small to matter, in very many rows", many(100_000, () => draw() + 0.1), false],
  ])("%s: drift is %s", (_, values, drifted) => {
    const report = measureDrift(
      profile({ x: reference }),
      profile({ x: profileNumbersAgainst(reference, values) }),
      rule,
    );
    expect(report.drifted).toBe(drifted);
    expect(only(report)?.drifted).toBe(drifted);
  });

  test("a difference of no importance is significant in very many rows, which is why the index is asked too", () => {
    const large = profileNumbers(many(100_000, draw));
    const now = profileNumbersAgainst(
      large,
      many(100_000, () => draw() + 0.1),
    );
    const column = only(measureDrift(profile({ x: large }), profile({ x: now }), rule));
    expect(column?.adjustedPValue).toBeLessThan(1e-50);
    expect(column).toMatchObject({ drifted: false, psi: expect.closeTo(0.01, 2) });
  });

  const sexes = { female: 60, male: 40 };
  test.each([
    ["the same shares", category(sexes), category({ female: 30, male: 20 }), false],
    ["other shares", category(sexes), category({ female: 10, male: 50 }), true],
    ["a new category", category(sexes), category({ female: 30, male: 20, unknown: 15 }), true],
    ["one row of a new category", category(sexes), category({ female: 30, male: 20, unknown: 1 }), false],
    ["a category that is gone", category(sexes), category({ female: 60 }), true],
    ["more missing values", category(sexes), category({ female: 30, male: 20 }, { missing: 20 }), true],
    ["a constant that stays", category({ a: 100 }), category({ a: 70 }), false],
    ["a constant that becomes another", category({ a: 100 }), category({ b: 70 }), true],
    ["a value named like an object's own", category({ a: 100 }), category({ constructor: 70 }), true],
    [
      "values of a long tail that were in it before",
      category(sexes, { other: 50 }),
      category({ female: 60, male: 40, x: 30 }, { other: 20 }),
      false,
    ],
  ])("%s: drift is as expected", (_, before, now, drifted) => {
    expect(measureDrift(profile({ c: before }), profile({ c: now }), rule).drifted).toBe(drifted);
  });

  test("a constant number that changes is drift, up or down", () => {
    const constant = profileNumbers(new Array<number>(100).fill(5));
    for (const [value, drifted] of [
      [5, false],
      [4, true],
      [6, true],
    ] as const) {
      const now = profileNumbersAgainst(constant, new Array<number>(60).fill(value));
      expect(measureDrift(profile({ x: constant }), profile({ x: now }), rule).drifted).toBe(drifted);
    }
  });
});

describe("the report", () => {
  const before = profileNumbers(Array.from({ length: 100 }, (_, index) => index + 1));
  const shifted = profileNumbersAgainst(
    before,
    Array.from({ length: 60 }, (_, index) => index + 41),
  );

  test("has shares per labelled bin, and the missing values as one", () => {
    const now = profileNumbersAgainst(profileNumbers([1, 1, 2, 2]), [1, 2, 2, 3, NaN]);
    const report = measureDrift(profile({ x: profileNumbers([1, 1, 2, 2]) }), profile({ x: now }), rule);
    expect(only(report)?.bins).toEqual([
      { label: "1", reference: 0.5, current: 0.2 },
      { label: "2", reference: 0.5, current: 0.4 },
      { label: "> 2", reference: 0, current: 0.2 },
      { label: "missing", reference: 0, current: 0.2 },
    ]);
    expect(only(report)?.missing).toEqual({ reference: 0, current: 0.2 });
  });

  test("names the drifted columns with their numbers, and the prediction as a column", () => {
    const report = measureDrift(
      profile({ x: before, y: before }, before),
      profile({ x: before, y: shifted }, shifted),
      rule,
    );
    expect(report.columns.map(({ column, drifted }) => [column, drifted])).toEqual([
      ["x", false],
      ["y", true],
      ["prediction", true],
    ]);
    // By hand: four bins of 0.1 emptied, six of 0.1 raised to 1/6.
    const psi = 4 * (0.0001 - 0.1) * Math.log(0.001) + 6 * (1 / 6 - 0.1) * Math.log(10 / 6);
    expect(report.columns[1]?.psi).toBeCloseTo(psi, 12);
    // scipy.stats.chi2_contingency([[10]*10, [0]*4 + [10]*6]), corrected: three columns, of which the two least are equal.
    const { pValue = NaN, adjustedPValue = NaN } = report.columns[1] ?? {};
    expect(pValue).toBeCloseTo(0.00019912857433550027, 12);
    expect(adjustedPValue).toBeCloseTo((3 / 2) * pValue, 14);
    expect(report.explanation).toBe(
      "Drift in 2 of 3 columns: y (stability index 2.965, corrected p 0.0003), prediction (stability index 2.965, " +
        "corrected p 0.0003); allowed are a stability index of 0.2 and what chance explains (p 0.01); " +
        "100 rows against 100 rows of the reference.",
    );
  });

  test("says that there is no drift, in how many rows", () => {
    const report = measureDrift(profile({ x: before }), profile({ x: before }), rule);
    expect(report).toMatchObject({ rows: 100, referenceRows: 100, judged: true, drifted: false });
    expect(report.explanation).toBe("No drift in 1 column: 100 rows against 100 rows of the reference.");
  });

  test.each([0, 1, 49])("is not judged with %d rows", (rows) => {
    const now = profileNumbersAgainst(before, new Array<number>(rows).fill(1000));
    const report = measureDrift(profile({ x: before }), profile({ x: now }), rule);
    expect(report).toMatchObject({ judged: false, drifted: false });
    expect(only(report)?.drifted).toBe(false);
    expect(report.explanation).toContain("Not judged: ");
    expect(report.explanation).toContain("at least 50 on each side are needed.");
    expect(JSON.stringify(report)).not.toContain("null");
  });

  test("compares the columns that both have, in the reference's order", () => {
    const report = measureDrift(
      profile({ b: before, target: before, a: before }),
      profile({ a: before, b: before }),
      rule,
    );
    expect(report.columns.map(({ column }) => column)).toEqual(["b", "a"]);
  });

  test.each([
    ["other bins", profileNumbers([1, 2, 3]), "was not counted into the bins of the reference"],
    ["another type", category({ a: 1 }), "is a number in the reference, a category now"],
  ])("refuses a profile with %s", (_, now, message) => {
    expect(() => measureDrift(profile({ x: before }), profile({ x: now }), rule)).toThrow(message);
  });
});

describe("a column with mass at one value", () => {
  const values = (ones: number, zeros: number): number[] => [
    ...new Array<number>(ones).fill(1),
    ...new Array<number>(zeros).fill(0),
  ];
  const spread = Array.from({ length: 50 }, (_, index) => 2 + index / 10);

  test.each([
    ["nearly all 1, then all 0", values(950, 50), values(0, 200), true],
    ["nearly all 1, then all between the two", values(950, 50), new Array<number>(200).fill(0.5), true],
    ["nearly all 1, then as before", values(950, 50), values(190, 10), false],
    ["constant, then smaller", values(100, 0), values(0, 100), true],
    ["zeros and amounts, then amounts alone", [...values(0, 950), ...spread], spread, true],
    [
      "zeros and amounts, then as before",
      [...values(0, 950), ...spread],
      [...values(0, 190), ...spread.slice(0, 10)],
      false,
    ],
  ])("%s", (_, before, now, drifted) => {
    const reference = profileNumbers(before);
    const report = measureDrift(
      profile({ x: reference }),
      profile({ x: profileNumbersAgainst(reference, now) }),
      rule,
    );
    expect(report.drifted).toBe(drifted);
  });
});
