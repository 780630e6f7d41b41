import { once } from "node:events";
import { createServer, request, type ClientRequest, type IncomingMessage, type Server } from "node:http";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { RequestLoad } from "../../../deploy/laptop/request-load";
import { RequestProblem } from "../../../scoring/problems/problem";
import { until } from "../../scoring/process/scoring-program";

const mebibyte = 1024 * 1024;
let server: Server;
let port: number;
let overloaded: string[];
let inside: number;
const sent: ClientRequest[] = [];

beforeEach(async () => {
  overloaded = [];
  inside = 0;
  const load = new RequestLoad({ isOverloadedFor: (address = "") => overloaded.includes(address) });
  server = createServer((message, response) => {
    const handle = async (): Promise<void> => {
      const body = await load.readBody(message, response);
      load.enter(message, response);
      inside += 1;
      response.once("close", () => (inside -= 1));
      // Answered when the test says so, by going away.
      if (message.url === "/answer") response.end(String(body.length));
    };
    handle().catch((error: unknown) => {
      if (response.socket?.destroyed !== false) return;
      const { status, details } = error as RequestProblem;
      response.writeHead(status, details.headers).end((error as Error).message);
    });
  });
  port = await listen(server, { host: "127.0.0.1", port: 0 });
});

afterEach(async () => {
  for (const each of sent.splice(0)) each.destroy();
  await closeGracefully(server);
});

/** From one address of this machine or another. */
function open(path: string, localAddress = "127.0.0.1", headers = {}): ClientRequest {
  const client = request({
    host: "127.0.0.1",
    localAddress,
    port,
    path,
    method: "POST",
    agent: false,
    headers,
  });
  client.on("error", () => undefined);
  sent.push(client);
  return client;
}

const connectionsOf = (): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

async function statusOf(client: ClientRequest): Promise<number | undefined> {
  const [answer] = (await once(client, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

test("a body is read whole", async () => {
  const client = open("/answer");
  client.end(Buffer.alloc(mebibyte));
  const [answer] = (await once(client, "response")) as [IncomingMessage];
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += String(part);
  expect(text).toBe(String(mebibyte));
});

test("one that is too large is refused before its end", async () => {
  const client = open("/answer");
  client.write(Buffer.alloc(65 * mebibyte));
  expect(await statusOf(client)).toBe(413);
});

test("bodies that are held take no more than their room together, and give it back", async () => {
  const [first, second] = [open("/hold", "127.0.0.2"), open("/hold", "127.0.0.3")];
  for (const client of [first, second]) client.end(Buffer.alloc(63 * mebibyte));
  await until(() => inside === 2);
  const third = open("/answer");
  third.end(Buffer.alloc(3 * mebibyte));
  expect(await statusOf(third)).toBe(503);
  first.destroy();
  await until(() => inside === 1);
  const fourth = open("/answer");
  fourth.end(Buffer.alloc(60 * mebibyte));
  expect(await statusOf(fourth)).toBe(200);
});

test("two bodies that lack a byte keep nobody else out", async () => {
  const size = 64 * mebibyte;
  const slow = [0, 1].map(() => open("/answer", "127.0.0.2", { "content-length": size }));
  const refused = Promise.race(slow.map(statusOf));
  for (const client of slow) client.write(Buffer.alloc(size - 1));
  // Its own address has no room for both.
  expect(await refused).toBe(503);
  const small = open("/answer");
  small.end("{}");
  expect(await statusOf(small)).toBe(200);
  const large = open("/answer");
  large.end(Buffer.alloc(60 * mebibyte));
  expect(await statusOf(large)).toBe(200);
});

test("of a body the first 64 kB have room in any case", async () => {
  const held = ["127.0.0.2", "127.0.0.3"].map((address) => open("/hold", address));
  for (const client of held) client.end(Buffer.alloc(64 * mebibyte));
  await until(() => inside === 2);
  const small = open("/answer");
  small.end(Buffer.alloc(64 * 1024));
  expect(await statusOf(small)).toBe(200);
});

test("while an address does not read its answers, its requests are refused, and no others", async () => {
  overloaded = ["127.0.0.2"];
  const [own, other] = [open("/answer", "127.0.0.2"), open("/answer")];
  for (const client of [own, other]) client.end();
  expect(await statusOf(own)).toBe(503);
  expect(await statusOf(other)).toBe(200);
});

test("of requests under way there are 800 at most, half of them from one address", async () => {
  const held = Array.from({ length: 400 }, () => open("/hold", "127.0.0.2"));
  for (const client of held) client.end();
  await until(() => inside === 400, 30_000);
  const own = open("/answer", "127.0.0.2");
  own.end();
  expect(await statusOf(own)).toBe(503);
  const others = Array.from({ length: 400 }, () => open("/hold", "127.0.0.3"));
  for (const client of others) client.end();
  await until(() => inside === 800, 30_000);
  const late = open("/answer");
  late.end();
  expect(await statusOf(late)).toBe(503);
  held[0]?.destroy();
  await until(() => inside === 799);
  const next = open("/answer");
  next.end();
  expect(await statusOf(next)).toBe(200);
});

test("850 requests whose bodies do not come are not under way, so that others are answered", async () => {
  const held = Array.from({ length: 850 }, () => open("/answer", "127.0.0.2", { "content-length": 9 }));
  for (const client of held) client.write("{");
  await until(async () => (await connectionsOf()) === 850, 30_000);
  const other = open("/answer");
  other.end();
  expect(await statusOf(other)).toBe(200);
});
