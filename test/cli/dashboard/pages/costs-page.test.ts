import { costsPage, monthsOf } from "../../../../cli/dashboard/pages/costs-page";
import { boardOf } from "../a-board";

const trainings = [
  { startedAt: "2026-11-21T00:00:00.000Z", nodeMinutes: 90 },
  { startedAt: "2026-10-31T23:59:59.000Z", nodeMinutes: 6 },
  { startedAt: "2026-11-01T00:00:00.000Z", nodeMinutes: 30 },
  { startedAt: "2026-11-02T00:00:00.000Z" },
];
const price = { nodePrice: { perHour: 0.5, currency: "EUR" } };
const shown = (changes: Parameters<typeof boardOf>[0], result: typeof trainings = trainings): string =>
  costsPage(boardOf(changes), { state: "measured", result }, { maxJobs: 4 }).content.markup;

test("trainings are added up by the month in which they began, the newest first", () => {
  expect(monthsOf(trainings)).toEqual([
    { month: "2026-11", trainings: 3, nodeMinutes: 120 },
    { month: "2026-10", trainings: 1, nodeMinutes: 6 },
  ]);
});

test("with a price a month costs its time, without one no cost is shown", () => {
  expect(shown(price)).toMatch(/2026-11[\s\S]*120 min 0 s[\s\S]*1\.00 EUR[\s\S]*2026-10[\s\S]*0\.05 EUR/);
  expect(shown({})).not.toContain("EUR");
  expect(shown({})).toContain("MLOPS_NODE_PRICE");
});

test("of a stack's jobs only the newest are asked for, and its other costs are said by what they are billed", () => {
  const stack = shown({ hasStack: true });
  expect(stack).toContain("Jobs of the stack, the newest of them:");
  expect(stack).toMatch(/container registry[\s\S]*Premium, by the day/);
  expect(stack).toContain("<code>computeIdleMinutes</code>");
  expect(shown({ hasStack: true }, trainings.slice(1))).toContain("Jobs of the stack: the");
  const here = shown({});
  expect(here).toContain("Runs of this machine: the");
  expect(here).not.toContain("container registry");
});

test("what Azure refuses is told, beside what it bills for", () => {
  const { content } = costsPage(
    boardOf({ hasStack: true }),
    { state: "failed", reason: "Nobody is signed in to Azure." },
    { maxJobs: 4 },
  );
  expect(content.markup).toMatch(/Nobody is signed in to Azure\.[\s\S]*container registry/);
  expect(shown({}, [])).toContain("houses was not trained yet.");
});
