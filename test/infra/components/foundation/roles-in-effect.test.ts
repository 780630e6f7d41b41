import { newestOf, spreadMs, untilInEffect } from "../../../../infra/components/foundation/roles-in-effect";

const now = Date.parse("2026-11-28T12:00:00Z");
const minutes = (count: number): number => count * 60_000;

test.each<[string, readonly (string | undefined)[], number]>([
  ["none", [], 0],
  ["one of unknown age", [undefined], 0],
  ["one of this moment", ["2026-11-28T12:00:00Z"], minutes(10)],
  ["one of four minutes ago", ["2026-11-28T11:56:00.0000000Z"], minutes(6)],
  ["the newest of several", ["2026-11-28T11:51:00Z", undefined, "2026-11-28T11:57:00Z"], minutes(7)],
  ["one of exactly ten minutes ago", ["2026-11-28T11:50:00Z"], 0],
  ["one of last year", ["2025-11-28T12:00:00Z"], 0],
  // A clock that is behind would otherwise wait for hours.
  ["one of the future", ["2026-11-28T17:00:00Z"], minutes(10)],
  ["one whose time cannot be read", ["soon"], 0],
])("%s", (_, createdOn, expected) => {
  expect(untilInEffect(createdOn, now)).toBe(expected);
});

test("is what Azure documents at most", () => {
  expect(spreadMs).toBe(minutes(10));
});

test.each<[readonly (string | undefined)[], string | undefined]>([
  [[], undefined],
  [[undefined, "?"], undefined],
  [["2026-11-28T11:51:00Z", undefined, "2026-11-28T11:57:00Z"], "2026-11-28T11:57:00Z"],
  [["2026-11-28T11:57:00Z", "2026-11-28T09:51:00.5Z"], "2026-11-28T11:57:00Z"],
])("the newest of %j is %s", (createdOn, newest) => {
  expect(newestOf(createdOn)).toBe(newest);
});
