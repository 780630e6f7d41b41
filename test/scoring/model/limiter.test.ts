import { Limiter } from "../../../scoring/model/limiter";

const limits = { concurrency: 1, maxWaiting: 1, queueTimeoutMs: 10_000, timeoutMs: 10_000 };

/** A task that runs until it is told to end. */
function task() {
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { end, run: () => done };
}

test("tasks above the concurrency wait and run in the order they came", async () => {
  const limiter = new Limiter({ ...limits, maxWaiting: 3 });
  const first = task();
  const order: number[] = [];
  const all = [
    limiter.run(first.run),
    ...[1, 2, 3].map((number) => limiter.run(() => Promise.resolve(order.push(number)))),
  ];
  expect(order).toEqual([]);
  first.end();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

test("one more than may wait is refused at once", async () => {
  const limiter = new Limiter(limits);
  const first = task();
  const running = [limiter.run(first.run), limiter.run(first.run)];
  await expect(limiter.run(first.run)).rejects.toMatchObject({
    code: "BUSY",
    message: "1 requests are already waiting. Try again in a second.",
    details: { headers: { "retry-after": "1" } },
  });
  first.end();
  await Promise.all(running);
});

test("a place that does not become free in time is waited for no longer, and the next one is served", async () => {
  const limiter = new Limiter({ ...limits, queueTimeoutMs: 5 });
  const first = task();
  const running = limiter.run(first.run);
  await expect(limiter.run(first.run)).rejects.toThrow(
    "The request waited 5 ms and was not started. Try again in a second.",
  );
  first.end();
  await running;
  await expect(limiter.run(() => Promise.resolve("served"))).resolves.toBe("served");
});

test("a task that takes too long is given up but keeps its place until it ends", async () => {
  const limiter = new Limiter({ ...limits, timeoutMs: 5, queueTimeoutMs: 5 });
  const slow = task();
  await expect(limiter.run(slow.run)).rejects.toMatchObject({ code: "TIMEOUT" });
  await expect(limiter.run(slow.run)).rejects.toMatchObject({ code: "BUSY" });
  slow.end();
  await slow.run();
  await expect(limiter.run(() => Promise.resolve("served"))).resolves.toBe("served");
});

test("a task that fails gives its place back", async () => {
  const limiter = new Limiter(limits);
  await expect(limiter.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  await expect(limiter.run(() => Promise.resolve("served"))).resolves.toBe("served");
});

test("one that would wait longer than it may is refused at once, and told when to come again", async () => {
  const limiter = new Limiter({ concurrency: 1, maxWaiting: 1000, queueTimeoutMs: 120, timeoutMs: 10_000 });
  // It knows how long a task takes from those before.
  await limiter.run(() => new Promise((resolve) => setTimeout(resolve, 50)));
  const first = task();
  const running = [limiter.run(first.run), limiter.run(first.run)];
  const begin = performance.now();
  await expect(Promise.all([1, 2, 3].map(() => limiter.run(first.run)))).rejects.toMatchObject({
    code: "BUSY",
    message: "The request would wait longer than 120 ms. Try again in a second.",
    details: { reason: "queue-deadline" },
  });
  expect(performance.now() - begin).toBeLessThan(100);
  first.end();
  await Promise.allSettled(running);
});

test.each([
  [0, "1", "in a second"],
  [25, "4", "in 4 seconds"],
  [1000, "60", "in 60 seconds"],
])(
  "with tasks of some seconds and %i waiting, the pause asked for is %s s",
  async (waiting, pause, words) => {
    const limiter = new Limiter({
      concurrency: 2,
      maxWaiting: waiting,
      queueTimeoutMs: 600_000,
      timeoutMs: 600_000,
    });
    const now = jest.spyOn(performance, "now");
    // A first task that takes 300 ms by the clock.
    now.mockReturnValueOnce(0).mockReturnValueOnce(300);
    await limiter.run(() => Promise.resolve());
    now.mockRestore();
    const first = task();
    const running = Array.from({ length: 2 + waiting }, () => limiter.run(first.run));
    expect([limiter.running, limiter.waiting]).toEqual([2, waiting]);
    await expect(limiter.run(first.run)).rejects.toMatchObject({
      message: `${waiting} requests are already waiting. Try again ${words}.`,
      details: { headers: { "retry-after": pause }, reason: "queue-full" },
    });
    first.end();
    await Promise.all(running);
    expect([limiter.running, limiter.waiting]).toEqual([0, 0]);
  },
);

test("one whose client has gone while it waited is not run, and the next one is", async () => {
  const limiter = new Limiter({ ...limits, maxWaiting: 2 });
  const first = task();
  const running = limiter.run(first.run);
  const caller = { destroyed: false };
  let ran = false;
  const gone = limiter.run(() => (ran = true), caller);
  const next = limiter.run(() => "served", { destroyed: false });
  caller.destroyed = true;
  first.end();
  await running;
  await expect(gone).rejects.toMatchObject({ code: "BUSY", details: { reason: "gone" } });
  await expect(next).resolves.toBe("served");
  expect(ran).toBe(false);
  expect(await limiter.run(() => "later")).toBe("later");
});

test("a task that answers or fails in the same turn gives its place back", async () => {
  const limiter = new Limiter({ ...limits, maxWaiting: 0 });
  expect(await limiter.run(() => 1)).toBe(1);
  const fail = (): number => {
    throw new Error("broken");
  };
  await expect(limiter.run(fail)).rejects.toThrow("broken");
  await expect(Promise.all([limiter.run(() => 2), limiter.run(() => 3)])).resolves.toEqual([2, 3]);
});
