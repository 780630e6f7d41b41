import { setImmediate as nextTurn } from "node:timers/promises";
import { TurnGate, type TurnGateOptions } from "../../../scoring/http/turn-gate";
import type { RequestProblem } from "../../../scoring/problems/problem";

const here = { destroyed: false };

let clock = 0;

/** Time passes only where these tests say so, so that a busy machine decides nothing. */
function work(ms: number): void {
  clock += ms;
}

const gateOf = (limits: Omit<TurnGateOptions, "now">): TurnGate =>
  new TurnGate({ ...limits, now: () => clock });

/** Enters requests that take a time each; notes in which turn which of them began, or why it was refused. */
function enter(gate: TurnGate, count: number, ms: number) {
  const began: number[] = [];
  const turns: number[] = [];
  const refused: RequestProblem[] = [];
  let turn = 0;
  for (let index = 0; index < count; index++) {
    gate.enter(here, (problem) => {
      if (problem !== undefined) {
        refused.push(problem);
        return;
      }
      began.push(index);
      turns.push(turn);
      work(ms);
    });
  }
  const done = async (): Promise<void> => {
    while (began.length + refused.length < count) {
      await nextTurn();
      turn += 1;
    }
  };
  return { began, turns, refused, done };
}

test("requests that fit into a turn begin at once", () => {
  const { began } = enter(gateOf({ maxTurnMs: 1000, maxWaitMs: 1000 }), 50, 0);
  expect(began).toHaveLength(50);
});

test("others begin in later turns, in the order in which they came", async () => {
  const gate = gateOf({ maxTurnMs: 10, maxWaitMs: 60_000 });
  const { began, turns, refused, done } = enter(gate, 12, 5);
  expect(began.length).toBeLessThan(12);
  await done();
  expect(refused).toEqual([]);
  expect(began).toEqual(Array.from({ length: 12 }, (_, index) => index));
  expect(new Set(turns).size).toBeGreaterThan(3);
});

test("one that would wait too long is refused when it comes, going by those before", async () => {
  const gate = gateOf({ maxTurnMs: 1, maxWaitMs: 200 });
  await enter(gate, 10, 10).done();
  const { refused, began, done } = enter(gate, 100, 10);
  // 20 of them take 200 ms; the others know at once.
  expect(refused.length).toBeGreaterThan(50);
  expect(refused.length).toBeLessThan(95);
  expect(refused[0]).toMatchObject({
    code: "BUSY",
    message: "The request would wait longer than 200 ms. Try again in a second.",
    details: { headers: { "retry-after": "1" }, reason: "lag" },
  });
  await done();
  expect(began.length + refused.length).toBe(100);
  // It is not for ever.
  await nextTurn();
  expect(enter(gate, 1, 0).began).toEqual([0]);
});

test("nobody waits only to be refused, where most of the work is done after a request has begun", async () => {
  const gate = gateOf({ maxTurnMs: 1, maxWaitMs: 400 });
  let [began, refusedAtOnce, refusedLate] = [0, 0, 0];
  const ask = (): void => {
    let isLate = false;
    gate.enter(here, (problem) => {
      if (problem === undefined) {
        began += 1;
        // A body is read, parsed and answered in turns of its own.
        setImmediate(() => work(10));
        work(1);
      } else if (isLate) refusedLate += 1;
      else refusedAtOnce += 1;
    });
    isLate = true;
  };
  for (let turn = 0; turn < 60; turn++) {
    // Whoever is refused comes back at once.
    for (let count = 0; count < 5; count++) ask();
    await nextTurn();
  }
  // The time that beginning takes alone would let all of them wait.
  expect(refusedLate).toBeLessThan(0.3 * (refusedLate + refusedAtOnce));
  expect(refusedAtOnce).toBeGreaterThan(50);
  expect(began).toBeGreaterThan(20);
});

test("one whose turn did not come in time is refused then", async () => {
  const gate = gateOf({ maxTurnMs: 1, maxWaitMs: 30 });
  const { refused, began, done } = enter(gate, 5, 40);
  await done();
  expect(began).toEqual([0, 1]);
  expect(refused.map(({ code }) => code)).toEqual(["BUSY", "BUSY", "BUSY"]);
});

test("one whose client has gone takes nobody's place", async () => {
  const gate = gateOf({ maxTurnMs: 1, maxWaitMs: 1000 });
  enter(gate, 1, 5);
  const reasons: (string | undefined)[] = [];
  gate.enter({ destroyed: true }, (problem) => reasons.push(problem?.details.reason));
  await nextTurn();
  await nextTurn();
  expect(reasons).toEqual(["gone"]);
});
