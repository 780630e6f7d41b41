import { once } from "node:events";
import { createServer, request, type ClientRequest, type IncomingMessage, type Server } from "node:http";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { RequestLoad } from "../../../deploy/laptop/request-load";
import { RequestProblem } from "../../../scoring/problems/problem";
import { until } from "../../scoring/process/scoring-program";

const mebibyte = 1024 * 1024;
let server: Server;
let port: number;
let connections: { overloaded: boolean };
let inside: number;
let read: number;
const sent: ClientRequest[] = [];

beforeEach(async () => {
  connections = { overloaded: false };
  inside = 0;
  read = 0;
  const load = new RequestLoad(connections);
  server = createServer((message, response) => {
    const handle = async (): Promise<void> => {
      load.enter(response);
      inside += 1;
      response.once("close", () => (inside -= 1));
      const body = await load.readBody(message, response);
      read += 1;
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

function open(path: string): ClientRequest {
  const client = request({ host: "127.0.0.1", port, path, method: "POST", agent: false });
  client.on("error", () => undefined);
  sent.push(client);
  return client;
}

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
  const [first, second] = [open("/hold"), open("/hold")];
  for (const client of [first, second]) client.end(Buffer.alloc(60 * mebibyte));
  await until(() => read === 2);
  const third = open("/answer");
  third.end(Buffer.alloc(60 * mebibyte));
  expect(await statusOf(third)).toBe(503);
  first.destroy();
  await until(() => inside === 1);
  const fourth = open("/answer");
  fourth.end(Buffer.alloc(60 * mebibyte));
  expect(await statusOf(fourth)).toBe(200);
});

test("while answers that nobody reads take the room, requests are refused", async () => {
  connections.overloaded = true;
  const client = open("/answer");
  client.end();
  expect(await statusOf(client)).toBe(503);
});

test("of requests under way there are 800 at most", async () => {
  const held = Array.from({ length: 800 }, () => open("/hold"));
  for (const client of held) client.end();
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
