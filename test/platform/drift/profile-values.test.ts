import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { Profile } from "../../../platform/drift/profile";
import {
  profileNumbers,
  profileNumbersAgainst,
  profileRecordsAgainst,
  profileTexts,
} from "../../../platform/drift/profile-values";

describe("profileNumbers", () => {
  test("takes what is not a finite number as missing", () => {
    expect(profileNumbers([NaN, 4, Infinity])).toEqual({
      type: "number",
      count: 1,
      missing: 2,
      mean: 4,
      standardDeviation: 0,
      min: 4,
      max: 4,
      whole: true,
      edges: [4 - 4 * Number.EPSILON, 4],
      counts: [0, 1, 0],
    });
  });

  test("of nothing has one empty bin", () => {
    expect(profileNumbers([])).toEqual({ type: "number", count: 0, missing: 0, edges: [], counts: [0] });
  });

  test("of probabilities in a typed array has bins of equal counts", () => {
    const profile = profileNumbers(Float64Array.from({ length: 1000 }, (_, index) => index / 1000));
    expect(profile.counts).toEqual(new Array(10).fill(100));
  });

  test("a bin holds its upper edge, not its lower", () => {
    const reference = profileNumbers(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(profileNumbersAgainst(reference, [10, 10.5, 20, 91]).counts).toEqual([
      1, 2, 0, 0, 0, 0, 0, 0, 0, 1,
    ]);
  });
});

const reference: Profile = {
  rows: 10,
  columns: {
    age: { type: "number", count: 10, missing: 0, edges: [20, 40], counts: [3, 4, 3] },
    sex: { type: "category", count: 10, missing: 0, values: { female: 6, male: 4 }, other: 0 },
    member: { type: "category", count: 10, missing: 0, values: { true: 6, false: 4 }, other: 0 },
    survived: { type: "category", count: 10, missing: 0, values: { true: 6, false: 4 }, other: 0 },
  },
  prediction: { type: "number", count: 10, missing: 0, edges: [0.5], counts: [5, 5] },
};

const record = (
  inputs: PredictionRecord["inputs"],
  rest: Pick<PredictionRecord, "outputs" | "probabilities">,
): PredictionRecord => ({ id: "1", time: "2026-01-01T00:00:00Z", model: "m:1", inputs, ...rest });

describe("profileRecordsAgainst", () => {
  test("counts inputs and probabilities into the reference's bins, and leaves the target out", async () => {
    const records = [
      record(
        [
          { age: 20, sex: "female", member: true },
          { age: null, sex: "other", member: false },
        ],
        { outputs: [1, 0], probabilities: [0.9, 0.5] },
      ),
      record([{ age: 41, sex: null, member: true }], { outputs: [1], probabilities: [0.6] }),
    ];
    const profile = await profileRecordsAgainst(reference, records);
    expect(profile.rows).toBe(3);
    expect(Object.keys(profile.columns)).toEqual(["age", "sex", "member"]);
    expect(profile.columns.age).toMatchObject({ count: 2, missing: 1, counts: [1, 0, 1] });
    expect(profile.columns.sex).toMatchObject({
      count: 2,
      missing: 1,
      values: { female: 1, other: 1 },
      other: 0,
    });
    expect(profile.columns.member).toMatchObject({ count: 3, values: { true: 2, false: 1 } });
    expect(profile.prediction).toMatchObject({ count: 3, counts: [1, 2] });
  });

  test("takes numeric outputs where there are no probabilities, and async records", async () => {
    async function* records(): AsyncGenerator<PredictionRecord> {
      await Promise.resolve();
      yield record([{ age: 1 }], { outputs: [0.2] });
    }
    const profile = await profileRecordsAgainst(reference, records());
    expect(profile.prediction).toMatchObject({ count: 1, counts: [1, 0] });
    expect(Object.keys(profile.columns)).toEqual(["age"]);
  });

  test("of no records has no rows and no columns", async () => {
    const profile = await profileRecordsAgainst(reference, []);
    expect(profile).toMatchObject({ rows: 0, columns: {}, prediction: { count: 0, counts: [0, 0] } });
  });

  test("stays bounded when every request has a new category", async () => {
    const inputs = Array.from({ length: 12_000 }, (_, index) => ({
      sex: index < 3 ? "male" : `text ${index}`,
    }));
    const profile = await profileRecordsAgainst(reference, [record(inputs, { outputs: [] })]);
    const sex = profile.columns.sex;
    expect(sex).toMatchObject({ count: 12_000, other: 12_000 - 3 - 100, values: { male: 3 } });
  });
});

test("of several classes the predicted classes are counted, those that are new among them, not their probabilities", async () => {
  const prediction = profileTexts(["a", "__proto__", "a", "c"]);
  expect(prediction.values).toEqual({ a: 2, c: 1, ["__proto__"]: 1 });
  const log = [
    record([{ age: 30 }, { age: 50 }], {
      outputs: ["c", "__proto__"],
      probabilities: [
        [0.1, 0.2, 0.7],
        [0, 1, 0],
      ],
    }),
    record([{ age: 10 }], { outputs: ["d"], probabilities: [[1, 0, 0]] }),
  ];
  const found = await profileRecordsAgainst({ ...reference, prediction }, log);
  expect(found.prediction).toMatchObject({
    type: "category",
    count: 3,
    missing: 0,
    values: { c: 1, d: 1, ["__proto__"]: 1 },
  });
});
