import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { closeGracefully, listen } from "../../../../platform/http/listening";
import { until } from "../../../scoring/process/scoring-program";
import { openGateway, type OpenGateway } from "../gateway-fixture";

const mebibyte = 1024 * 1024;
/** What one address sends, whose clients keep all that they can. */
const hostile = "127.0.0.2";
const large = Buffer.alloc(20 * mebibyte, "x");

let scoring: Server;
let gateway: OpenGateway;
const sockets: Socket[] = [];

beforeAll(async () => {
  scoring = createServer((message, answer) => {
    message.resume().on("end", () => answer.end(message.url === "/score" ? '{"result":[7]}' : large));
  });
  await listen(scoring, { host: "127.0.0.1", port: 0 });
});
beforeEach(async () => {
  gateway = await openGateway((scoring.address() as AddressInfo).port);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
});
afterAll(() => closeGracefully(scoring));

async function open(head: string): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: gateway.port, localAddress: hostile });
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(head);
  return socket;
}

const post = (length: number): string =>
  `POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;

/** What an ordinary request of another address is answered with. */
async function othersStatus(): Promise<number | undefined> {
  const to = { host: "127.0.0.1", port: gateway.port, localAddress: "127.0.0.1", agent: false };
  const sent = request({ ...to, path: "/score", method: "POST" }).end('{"data":[{}]}');
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test("two bodies of 64 MiB that lack their last byte keep nobody out", async () => {
  const part = Buffer.alloc(mebibyte - 1);
  for (let body = 0; body < 2; body++) {
    const socket = await open(post(64 * mebibyte));
    for (let count = 0; count < 64 && !socket.destroyed; count++)
      if (!socket.write(part)) await Promise.race([once(socket, "drain"), sleep(500)]).catch(() => undefined);
    if (!socket.destroyed) socket.write(Buffer.alloc(63));
  }
  await sleep(500);
  expect(await othersStatus()).toBe(200);
});

test("850 bodies of which the first byte came keep nobody out", async () => {
  for (let count = 0; count < 850; count++) await open(`${post(9)}{`);
  await sleep(500);
  expect(await othersStatus()).toBe(200);
}, 60_000);

test("twenty connections that read none of their answers keep nobody out", async () => {
  for (let count = 0; count < 20; count++) (await open("GET /metadata HTTP/1.1\r\nhost: x\r\n\r\n")).pause();
  // Answered, as far as they read.
  await until(() => sockets.every(({ bytesRead, destroyed }) => bytesRead > 0 || destroyed));
  const end = performance.now() + 2000;
  while (performance.now() < end) {
    expect(await othersStatus()).toBe(200);
    await sleep(20);
  }
});
