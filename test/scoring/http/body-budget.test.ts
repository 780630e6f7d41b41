import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { call, closeServices, cost, costRow, json, limits, openService } from "../dialects/service-fixture";

const requests: ClientRequest[] = [];
afterEach(async () => {
  for (const sent of requests.splice(0)) sent.destroy();
  await closeServices();
});

const mebibyte = 1024 * 1024;
// Four bodies of this size fit in any case, two of them from one address; it is so large that no more do.
const maxBodyBytes = 40 * mebibyte;

async function start() {
  const app = openService(cost, { limits: { ...limits, maxBodyBytes } });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const sockets: Socket[] = [];
  app.server.on("connection", (socket: Socket) => sockets.push(socket));
  /** Resolves once the service has read so many bytes from its connections. */
  const hasRead = async (bytes: number): Promise<void> => {
    while (sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0) < bytes) await sleep(5);
  };
  const open = (headers: Record<string, string | number>, localAddress = "127.0.0.1"): ClientRequest => {
    const to = { host: "127.0.0.1", localAddress, port };
    const sent = request({ ...to, path: "/score", method: "POST", agent: false, headers });
    sent.on("error", () => undefined);
    requests.push(sent);
    return sent;
  };
  return { app, open, hasRead };
}

async function statusOf(sent: ClientRequest): Promise<[number | undefined, string]> {
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += String(part);
  return [answer.statusCode, text];
}

/** A body that is not JSON: what becomes of it is known once it has been read. */
const part = Buffer.alloc(mebibyte, " ");

async function write(sent: ClientRequest, mebibytes: number): Promise<void> {
  for (let count = 0; count < mebibytes; count++) if (!sent.write(part)) await once(sent, "drain");
}

const declared = { "content-type": "application/json", "content-length": maxBodyBytes };
const chunked = { "content-type": "application/json", "transfer-encoding": "chunked" };

test.each([
  ["with a length", declared],
  ["without one", chunked],
])("bodies %s that come slowly take no more than there is room for", async (_, headers) => {
  const { app, open, hasRead } = await start();
  const slow = Array.from({ length: 4 }, (_, index) => open(headers, `127.0.0.${2 + (index % 2)}`));
  await Promise.all(slow.map((sent) => write(sent, 39)));
  // What a client has written may still be on its way: only what is read is held, here 156 of 160 MiB.
  await hasRead(4 * 39 * mebibyte);
  const fifth = open(headers);
  const closed = new Promise((resolve) => fifth.once("close", resolve));
  const refused = statusOf(fifth);
  // The room, the free part of each, and a little more. A client that writes on when its connection is closed may lose the answer.
  await write(fifth, 4);
  fifth.write(Buffer.alloc(5 * 64 * 1024 + 1, " "));
  const [status, text] = await refused;
  expect([status, JSON.parse(text)]).toEqual([
    503,
    expect.objectContaining({
      code: "BUSY",
      detail: "The bodies of other requests take all the room there is. Try again in 1 s.",
    }),
  ]);
  // The service does not wait for the rest.
  await closed;
  // Small requests are not concerned.
  expect((await call(app, json("/score", { data: [costRow] }))).status).toBe(200);

  // One is answered, another one's client goes: both leave their room to others.
  const [first, second] = slow;
  const answered = first && statusOf(first);
  first?.end(headers === declared ? part : undefined);
  expect((await answered)?.[0]).toBe(400);
  second?.destroy();
  const next = open(chunked);
  const whole = statusOf(next);
  await write(next, 39);
  next.end();
  expect((await whole)[0]).toBe(400);
});

test("bodies from one address, however slow, take half of the room, so that others have theirs", async () => {
  const { open, hasRead } = await start();
  const slow = [0, 1].map(() => open(declared, "127.0.0.2"));
  await Promise.all(slow.map((sent) => write(sent, 39)));
  await hasRead(2 * 39 * mebibyte);
  const third = open(chunked, "127.0.0.2");
  const refused = statusOf(third);
  await write(third, 3);
  expect((await refused)[0]).toBe(503);
  const other = open(chunked);
  const whole = statusOf(other);
  await write(other, 39);
  other.end();
  expect((await whole)[0]).toBe(400);
});

test("a large body is read as before", async () => {
  const { app } = await start();
  const text = `${JSON.stringify({ data: [costRow] })}${" ".repeat(mebibyte)}`;
  const sent = { url: "/score", body: text, headers: { "content-type": "application/json" } };
  expect((await call(app, sent)).status).toBe(200);
  const { status, json: answer } = await call(app, { ...sent, body: " ".repeat(maxBodyBytes + 1) });
  expect([status, answer.code]).toEqual([413, "BODY_TOO_LARGE"]);
});
