import { QueuePace } from "../../../scoring/http/queue-pace";

/** A queue from which one leaves every so many milliseconds, from a time on; answers when the last has left. */
function departEvery(pace: QueuePace, ms: number, times: number, from: number): number {
  let now = from;
  for (let count = 0; count < times; count++) pace.depart((now += ms));
  return now;
}

test("nothing is known before one has left", () => {
  const pace = new QueuePace();
  pace.begin(0);
  expect(pace.msFor(100, 1000)).toBe(0);
});

test("those that wait take as long as those before them, whatever else was done between two", () => {
  const pace = new QueuePace();
  pace.begin(1000);
  const now = departEvery(pace, 12, 10, 1000);
  expect(pace.msFor(1, now)).toBe(12);
  expect(pace.msFor(50, now)).toBe(600);
});

test("a turn that goes on counts before it has ended, as a machine that has stopped does", () => {
  const pace = new QueuePace();
  pace.begin(0);
  departEvery(pace, 10, 10, 0);
  expect(pace.msFor(1, 200)).toBe(20);
});

test("time in which nobody waits is not counted", () => {
  const pace = new QueuePace();
  pace.begin(0);
  pace.end(departEvery(pace, 10, 4, 0));
  expect(pace.msFor(10, 60_000)).toBe(100);
  pace.begin(60_000);
  const now = departEvery(pace, 10, 4, 60_000);
  expect(pace.msFor(10, now)).toBe(100);
});

test("old departures are forgotten", () => {
  const pace = new QueuePace();
  pace.begin(0);
  const slow = departEvery(pace, 1000, 40, 0);
  const now = departEvery(pace, 5, 32, slow);
  expect(pace.msFor(2, now)).toBe(10);
});
