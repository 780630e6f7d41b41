import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { Connections, type ConnectionsOptions } from "../../../scoring/http/connections";
import { until } from "../process/scoring-program";

const servers: Server[] = [];
const sockets: Socket[] = [];
afterAll(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await closeGracefully(server);
});

async function start(options: ConnectionsOptions, listener: RequestListener = (_, answer) => answer.end()) {
  const server = createServer(listener);
  servers.push(server);
  const connections = new Connections(options);
  connections.watch(server, false);
  const port = await listen(server, { host: "127.0.0.1", port: 0 });
  /** A connection from an address of this machine. */
  const open = async (localAddress = "127.0.0.1"): Promise<Socket> => {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    sockets.push(socket);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  const answers = (socket: Socket): Promise<boolean> => {
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    return new Promise((resolve) => {
      socket.once("data", () => resolve(true)).once("close", () => resolve(false));
    });
  };
  return { connections, open, answers };
}

describe("one address", () => {
  test("has half of the connections, so that others get in", async () => {
    const { open, answers } = await start({ max: 8 });
    const first = await Promise.all(Array.from({ length: 4 }, () => open("127.0.0.1")));
    expect(await answers(await open("127.0.0.1"))).toBe(false);
    expect(await answers(await open("127.0.0.2"))).toBe(true);
    // One that goes makes room.
    first[0]?.destroy();
    await until(async () => answers(await open("127.0.0.1")));
  });

  test("has one, where there is but one", async () => {
    const { open, answers } = await start({ max: 1 });
    expect(await answers(await open())).toBe(true);
  });
});

describe("a client that does not read its answer", () => {
  const large = Buffer.alloc(32 * 1024 * 1024, "x");
  const send: RequestListener = (_, answer) => answer.end(large);

  const ask = (socket: Socket): boolean => socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");

  // Each waits most of its time.
  test.concurrent("is cut off after a time, and meanwhile counts", async () => {
    const { connections, open } = await start({ max: 8, answerTimeoutMs: 1000, maxUnsentBytes: 80e6 }, send);
    const sockets = await Promise.all([open("127.0.0.2"), open("127.0.0.3"), open("127.0.0.4")]);
    const closed = sockets.map((socket) => once(socket.pause(), "close"));
    for (const socket of sockets) ask(socket);
    // None has more than half, and all have more than there is: nobody is answered.
    await until(() => connections.isOverloadedFor("127.0.0.1"));
    await until(() => !connections.isOverloadedFor("127.0.0.1"));
    for (const socket of sockets) socket.resume();
    await Promise.all(closed);
    for (const socket of sockets) expect(socket.bytesRead).toBeLessThan(large.length);
  });

  test.concurrent("keeps nobody else out with ten of them, and is cut off at once", async () => {
    const { connections, open, answers } = await start({ max: 40, maxUnsentBytes: 128e6 }, send);
    const unread = await Promise.all(Array.from({ length: 10 }, () => open("127.0.0.2")));
    const states = unread.map((socket) => socket.pause());
    for (const socket of states) ask(socket);
    let ownRefused = false;
    const end = performance.now() + 2000;
    while (performance.now() < end) {
      ownRefused ||= connections.isOverloadedFor("127.0.0.2");
      expect(connections.isOverloadedFor("127.0.0.1")).toBe(false);
      await sleep(20);
    }
    expect(ownRefused).toBe(true);
    // Two of the ten have their half; the rest were closed, though their time is not over.
    expect(connections.isOverloadedFor("127.0.0.2")).toBe(false);
    for (const socket of states) socket.resume();
    const closed = await Promise.all(
      states.map((socket) =>
        Promise.race([once(socket, "close").then(() => true), sleep(1000).then(() => false)]),
      ),
    );
    expect(closed.filter((isClosed) => isClosed).length).toBeGreaterThanOrEqual(7);
    expect(await answers(await open())).toBe(true);
  });

  test.concurrent(
    "but one that reads, however large the answers of its connection are together, is not",
    async () => {
      const part = large.subarray(0, 4 * 1024 * 1024);
      const { open } = await start({ max: 8, answerTimeoutMs: 2000 }, (_, answer) => answer.end(part));
      const socket = await open();
      let received = 0;
      socket.on("data", (piece) => {
        received += piece.length;
        // As slow as can be, so that there is always something that waits.
        socket.pause();
        setTimeout(() => socket.resume(), 1);
      });
      const end = performance.now() + 4000;
      let asked = 0;
      while (performance.now() < end) {
        if (asked * part.length < received + part.length / 2) {
          asked += 1;
          socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        }
        await sleep(5);
      }
      expect(socket.closed).toBe(false);
      expect(received).toBeGreaterThan(0);
    },
  );
});
