import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { untilAnswered } from "../../../deploy/tests/new-address";

const { signal } = new AbortController();
const pauseMs = 20;
let asked: number;
let server: Server;

beforeEach(() => {
  asked = 0;
  server = createServer((_, response) => {
    asked += 1;
    response.writeHead(503).end();
  });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const listen = (port = 0): Promise<number> =>
  new Promise((resolve) =>
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

/** An address where nobody answers, and somebody may. */
async function freeAddress(): Promise<{ url: string; port: number }> {
  const port = await listen();
  await new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${port}`, port };
}

test("waits until somebody answers, and takes any answer", async () => {
  const { url, port } = await freeAddress();
  let done = false;
  const waiting = untilAnswered(url, { limitMs: 60_000, signal, pauseMs }).then(() => (done = true));
  await new Promise((resolve) => setTimeout(resolve, 5 * pauseMs));
  expect(done).toBe(false);
  await listen(port);
  await waiting;
  expect(asked).toBe(1);
});

test("leaves it to the test that follows to say that nobody answers", async () => {
  const { url } = await freeAddress();
  const started = performance.now();
  await untilAnswered(url, { limitMs: 3 * pauseMs, signal, pauseMs });
  expect(performance.now() - started).toBeGreaterThanOrEqual(3 * pauseMs);
});

test("asks nothing where an address leads to its service at once", async () => {
  const port = await listen();
  await untilAnswered(`http://127.0.0.1:${port}`, { limitMs: 0, signal });
  expect(asked).toBe(0);
});

test("ends when the release is ended", async () => {
  const { url } = await freeAddress();
  const ended = AbortSignal.timeout(2 * pauseMs);
  await expect(untilAnswered(url, { limitMs: 60_000, signal: ended, pauseMs: 60_000 })).rejects.toThrow();
});
