import { connect } from "node:net";
import { once } from "node:events";
import type { Server } from "node:http";
import fastify, { type FastifyInstance } from "fastify";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { Connections } from "../../../scoring/http/connections";
import { addErrorAnswers, problemShape } from "../../../scoring/http/error-answers";
import { addContinue, addFraming } from "../../../scoring/http/request-framing";
import { RequestProblem } from "../../../scoring/problems/problem";
import { createHttpServer } from "../../../scoring/process/listener";

const maxBodyBytes = 100;
let app: FastifyInstance;
let server: Server;
let port: number;

beforeAll(async () => {
  app = fastify({ bodyLimit: maxBodyBytes });
  addErrorAnswers(app, { limits: { maxBodyBytes } as never, shape: problemShape });
  addFraming(app);
  app.addHook("onRequest", (request, _reply, done) =>
    done(
      request.headers["x-forbidden"] === undefined
        ? undefined
        : new RequestProblem("FORBIDDEN", "You may not."),
    ),
  );
  addContinue(app, maxBodyBytes);
  app.post("/score", () => ({ result: [1] }));
  await app.ready();
  server = createHttpServer(
    { connections: new Connections({ max: 10 }), requestTimeoutMs: 1000, listenerContinues: true },
    (request, answer) => app.routing(request, answer),
  );
  port = await listen(server, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await closeGracefully(server);
  await app.close();
});

/** The statuses and the text that come back for what is sent; `body` is sent once the server says that it wants it. */
async function send(headers: readonly string[], body: string, head = "POST /score HTTP/1.1") {
  const socket = connect({ host: "127.0.0.1", port });
  await once(socket, "connect");
  const asks = headers.some((header) => /^expect/i.test(header));
  let text = "";
  let sent = !asks;
  socket.write(
    `${[head, "content-type: application/json", ...headers].join("\r\n")}\r\n\r\n${asks ? "" : body}`,
  );
  for await (const part of socket as AsyncIterable<Buffer>) {
    text += part.toString("latin1");
    if (!sent && text.includes("100 Continue")) {
      sent = true;
      socket.write(body);
    }
    if (/HTTP\/1\.1 [2-5]\d\d[\s\S]*\r\n\r\n[\s\S]*\}/.test(text)) break;
  }
  return {
    statuses: [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status)),
    text,
    sent,
  };
}

const body = '{"data":[]}';
/** As many as fit into the bytes that headers may have, of which Node.js leaves out those past 2,000 by itself. */
const many = Array.from({ length: 2100 }, () => "a:");
const length = `content-length: ${body.length}`;
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

test.each<[string, string[], string, number, string]>([
  ["a host and a length", ["host: x", length], body, 200, "result"],
  ["chunks, whatever the case", ["Host: x", "Transfer-Encoding: Chunked"], chunked, 200, "result"],
  ["two hosts", ["host: x", "Host: y", length], body, 400, "several Host headers. Send one."],
  [
    "another host behind two thousand headers",
    ["host: x", length, ...many, "host: y"],
    body,
    400,
    "several Host headers. Send one.",
  ],
  [
    "a body that says it is compressed",
    ["host: x", "transfer-encoding: gzip, chunked"],
    chunked,
    400,
    "gzip, chunked",
  ],
])("a request with %s", async (_, headers, sent, status, told) => {
  const { statuses, text } = await send(headers, sent);
  expect(statuses).toEqual([status]);
  expect(text).toContain(told);
  if (status === 400) expect(text).toMatch(/\r\nconnection: close\r\n/i);
});

describe("a client that asks before it sends its body", () => {
  const asking = ["host: x", "expect: 100-continue"];

  test("sends it when nothing speaks against it", async () => {
    expect((await send([...asking, length], body)).statuses).toEqual([100, 200]);
  });

  test.each<[string, string[], number]>([
    ["it may not call", [...asking, length, "x-forbidden: 1"], 403],
    ["the body is too large", [...asking, `content-length: ${maxBodyBytes + 1}`], 413],
    ["the request is framed in two ways", [...asking, length, "host: y"], 400],
  ])("keeps it when %s", async (_, headers, status) => {
    const { statuses, sent, text } = await send(headers, body);
    expect([statuses, sent]).toEqual([[status], false]);
    expect(text).toMatch(/\r\nconnection: close\r\n/i);
  });
});
