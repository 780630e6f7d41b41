import { ArithmeticTable } from "../../../platform/base/arithmetic";
import { parseTime } from "../../../platform/base/iso-time";
import { dateNumbers, type DatePart } from "../../../platform/definition/date-parts";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import { modelFeatures } from "../../../platform/definition/model-features";

/** The numbers of moments, by their names. */
function numbersOf(
  parts: readonly DatePart[],
  seconds: Readonly<Record<string, readonly number[]>>,
): Record<string, number[]> {
  const rows = seconds.at?.length ?? 0;
  const table = new ArithmeticTable(rows, (name) => Float64Array.from(seconds[name] ?? []));
  return Object.fromEntries(
    dateNumbers({ name: "at", parts }).map(({ name, expression }) => [
      name,
      Array.from(table.evaluate(expression)),
    ]),
  );
}

test("calendar parts are those of the calendar, from 1583 to 2600", () => {
  const first = Date.UTC(1583, 0, 1) / 1000;
  // About every nine days at another time of day, and the seconds around each change of year.
  const spread = Array.from({ length: 40_000 }, (_, index) => first + index * 803_111);
  const ends = Array.from({ length: 1017 }, (_, year) => Date.UTC(1584 + year, 0, 1) / 1000).flatMap(
    (end) => [
      end - 1,
      end,
      // The day after 28 February.
      end + 59 * 86_400,
    ],
  );
  const at = [...spread, ...ends];
  const dates = at.map((seconds) => new Date(seconds * 1000));
  expect(numbersOf(["year", "month", "day", "dayOfWeek", "hour"], { at })).toEqual({
    "at.year": dates.map((date) => date.getUTCFullYear()),
    "at.month": dates.map((date) => date.getUTCMonth() + 1),
    "at.day": dates.map((date) => date.getUTCDate()),
    "at.dayOfWeek": dates.map((date) => date.getUTCDay() || 7),
    "at.hour": dates.map((date) => date.getUTCHours()),
  });
});

test("a cycle ends where it begins, and goes on evenly", () => {
  const at = ["2026-02-28T23:59:59", "2026-03-01", "2026-01-05", "2026-01-12", "2026-01-05T06:00:00"].map(
    (text) => parseTime(text) ?? NaN,
  );
  const found = numbersOf(["yearCycle", "weekCycle", "dayCycle"], { at });
  const point = (cycle: string, row: number) => [
    found[`at.${cycle}.sin`]?.[row],
    found[`at.${cycle}.cos`]?.[row],
  ];
  const angle = (2 * Math.PI * 364) / 366;
  expect(point("yearCycle", 0)).toEqual([
    expect.closeTo(Math.sin(angle), 9),
    expect.closeTo(Math.cos(angle), 9),
  ]);
  expect(point("yearCycle", 1)).toEqual([0, 1]);
  // Mondays.
  expect(point("weekCycle", 2)).toEqual([0, 1]);
  expect(point("weekCycle", 3)).toEqual([0, 1]);
  expect(point("dayCycle", 4)).toEqual([1, 0]);
});

test("hours with the same sine have the same number, to the last bit", () => {
  const at = Array.from({ length: 25 }, (_, hour) => (parseTime("2026-01-05") ?? NaN) + hour * 3600);
  const sines = numbersOf(["dayCycle"], { at })["at.dayCycle.sin"] ?? [];
  for (let hour = 0; hour <= 12; hour++) {
    expect([hour, sines[12 - hour]]).toEqual([hour, sines[hour]]);
    expect([hour, sines[24 - hour]]).toEqual([hour, 0 - (sines[hour] ?? NaN)]);
  }
  expect(new Set(sines).size).toBe(13);
});

test("days are those since a moment, or since another date", () => {
  const parts = [{ daysSince: "2026-01-01" }, { daysSince: "signed" }];
  const at = [parseTime("2026-01-02T12:00:00") ?? NaN, NaN];
  const signed = [parseTime("2025-12-31") ?? NaN, 0];
  expect(numbersOf(parts, { at, signed })).toEqual({
    "at.daysSince.2026-01-01": [1.5, NaN],
    "at.daysSince.signed": [2.5, NaN],
  });
});

function withColumns(...columns: ModelDefinitionInput["columns"]): ModelDefinitionInput {
  return {
    name: "dated",
    task: "regression",
    data: "data.csv",
    columns: [...columns, { name: "y", type: "number", role: "target" }],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse" },
  };
}
const parse = (...columns: ModelDefinitionInput["columns"]) =>
  parseModelDefinition(withColumns(...columns), "model.ts");
const at = { name: "at", type: "date" } as const;

test("a model is fitted to the parts of a date, which may be missing where a date may", () => {
  const { columns } = parse(
    {
      ...at,
      parts: ["month", { daysSince: "signed" }],
      range: ["2020-01-01", "2030-12-31"],
      outside: "warn",
    },
    { name: "signed", type: "date", parts: ["year"], nullable: true },
  );
  expect(columns[0]).toMatchObject({ range: [1577836800, 1924905600] });
  expect(modelFeatures(columns).map(({ name, type, nullable }) => [name, type, nullable])).toEqual([
    ["at.month", "number", false],
    ["at.daysSince.signed", "number", true],
    ["signed.year", "number", true],
    ["y", "number", false],
  ]);
  // What is written out and read again is the same.
  expect(parse(...(columns.slice(0, 2) as ModelDefinitionInput["columns"])).columns).toEqual(columns);
});

test.each<[string, ModelDefinitionInput["columns"], string]>([
  ["no parts", [at], "say in parts what a model takes of it"],
  [
    "an unknown part",
    [{ ...at, parts: ["week" as "month"] }],
    'Expected "year", "month", "day", "dayOfWeek"',
  ],
  ["another role", [{ ...at, parts: ["month"], role: "id" }], "a date is a feature"],
  ["parts of a number", [{ name: "n", type: "number", parts: ["month"] }], "only a date has parts"],
  [
    "texts as the range of a number",
    [{ name: "n", type: "number", range: ["a", 2] }],
    '"a" in its range is no number',
  ],
  [
    "a range of no dates",
    [{ ...at, parts: ["month"], range: ["31.1.2026", 2] }],
    "is no date or time. Write it as",
  ],
  ["an empty range", [{ ...at, parts: ["month"], range: ["2026-01-02", "2026-01-01"] }], "is empty"],
  ["days since nothing", [{ ...at, parts: [{ daysSince: "start" }] }], "neither a date column nor a moment"],
  [
    "a part twice",
    [{ ...at, parts: ["month", "month"] }],
    'its number "at.month" has the name of another column or number',
  ],
  [
    "a name that is taken",
    [
      { ...at, parts: ["month"] },
      { name: "at.Month", type: "number" },
    ],
    'its number "at.month" has the name of another column or number',
  ],
])("%s is refused", (_, columns, message) => {
  expect(() => parse(...columns)).toThrow(message);
});

test("slices are not of dates", () => {
  const definition = withColumns({ ...at, parts: ["month"] });
  const gate = { metric: "rmse", slices: [{ column: "at", mayBeWorseBy: 1 }] } as const;
  expect(() =>
    parseModelDefinition({ ...definition, gate: { ...gate, slices: [...gate.slices] } }, "model.ts"),
  ).toThrow('the slice column "at" is a date');
});
