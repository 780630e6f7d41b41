import { formatTime, parseTime } from "../../../platform/base/iso-time";
import { typedColumn } from "../../../platform/data/values/typed-columns";
import { openEngine } from "../../../platform/sql/open-engine";
import { literal, type SqlEngine } from "../../../platform/sql/engine";

const moments: readonly (readonly [text: string, iso: string])[] = [
  ["1970-01-01", "1970-01-01T00:00:00.000Z"],
  ["1969-12-31T23:59:59.5", "1969-12-31T23:59:59.500Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["2000-02-29 12:30", "2000-02-29T12:30:00.000Z"],
  ["2026-01-31T13:45Z", "2026-01-31T13:45:00.000Z"],
  ["2026-01-31T13:45+02:00", "2026-01-31T11:45:00.000Z"],
  ["2026-01-01 00:30:00+02", "2025-12-31T22:30:00.000Z"],
  ["2025-12-31T23:59:59-0530", "2026-01-01T05:29:59.000Z"],
  ["0004-02-29T00:00:00Z", "0004-02-29T00:00:00.000Z"],
  ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"],
];
const none = [
  "",
  "2026",
  "2023-02-29",
  "1900-02-29",
  "2026-04-31",
  "2026-13-01",
  "2026-00-10",
  "2026-01-31T24:00:00",
  "2026-01-31T13:45:60Z",
  "2026-01-31T13",
  "2026-01-31Z",
  "2026-01-31T13:45:00+16:00",
  "31.01.2026",
  "2026-1-31",
  "٢٠٢٦-01-31",
  "1769867100",
];

let engine: SqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

/** As training reads it from a file. */
async function readInSql(text: string): Promise<unknown> {
  const read = typedColumn({ name: "t", type: "date" }, engine.dialect);
  const [row] = await engine.rows(`SELECT ${read} AS seconds FROM (SELECT ${literal(text)} AS t) AS texts`);
  return row?.seconds;
}

test.each(moments)("%s is %s, to a service and in a file", async (text, iso) => {
  expect(new Date((parseTime(text) ?? NaN) * 1000).toISOString()).toBe(iso);
  expect(await readInSql(text)).toBe(parseTime(text));
});

test.each(none)("%s is no time, neither to a service nor in a file", async (text) => {
  expect(parseTime(text)).toBeUndefined();
  expect(await readInSql(text)).toBeNull();
});

test("microseconds are kept, and what is finer is cut off, in both", async () => {
  const text = "2026-01-31T13:45:00.1234567Z";
  expect(parseTime(text)).toBe(1769867100.123456);
  expect(await readInSql(text)).toBe(1769867100.123456);
});

test.each([
  "2026-01-31",
  "2026-01-31T13:45:00Z",
  "2026-01-31T13:45:00.123456Z",
  "1969-12-31T23:59:59.999999Z",
])("%s is written as it was read", (text) => {
  expect(formatTime(parseTime(text) ?? NaN)).toBe(text);
});

test("what rounds up to a second is written as that second", () => {
  expect(formatTime(59.9999999)).toBe("1970-01-01T00:01:00Z");
});

test("a long text that is nearly a time is read at once", () => {
  const began = performance.now();
  expect(parseTime(`2026-01-31T13:45:00.${"1".repeat(1_000_000)}!`)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(1000);
});
