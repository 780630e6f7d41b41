import { Limiter } from "../../scoring/limiter";

const limits = { concurrency: 1, mostWaiting: 1, queueTimeoutMs: 10_000, timeoutMs: 10_000 };

/** A task that runs until it is told to end. */
function task() {
  let end = (): void => undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { end, run: () => done };
}

test("tasks above the concurrency wait and run in the order they came", async () => {
  const limiter = new Limiter({ ...limits, mostWaiting: 3 });
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
    message: "1 requests are waiting already. Try again in a second.",
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
    "No place became free in 5 ms. Try again in a second.",
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
