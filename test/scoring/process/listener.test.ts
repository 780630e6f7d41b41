import { once } from "node:events";
import type { Server } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { Connections } from "../../../scoring/http/connections";
import { createHttpServer } from "../../../scoring/process/listener";
import { until } from "./scoring-program";

let server: Server;
const sockets: Socket[] = [];
let port: number;

beforeEach(async () => {
  const connections = new Connections({ max: 100 });
  server = createHttpServer({ connections, requestTimeoutMs: 1000 }, (request, answer) => {
    request.resume();
    request.on("end", () => answer.end("answered"));
  });
  port = await listen(server, { host: "127.0.0.1", port: 0 });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeGracefully(server);
});

/** Opens a connection that never ends its own side. */
async function open(): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const connectionsOf = (): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

test("clients that say nothing, or not all, or what is no HTTP have gone from the server within the times, even if they never close", async () => {
  const texts = [
    "",
    "POST /score HTTP/1.1\r\nhost: x\r\ncontent-le",
    "POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345",
    "nothing of the kind\r\n\r\n",
  ];
  const said = texts.map(() => "");
  const ten = Array.from({ length: 10 });
  await Promise.all(
    texts.flatMap((text, kind) =>
      ten.map(async () => {
        const client = await open();
        client.setEncoding("latin1").on("data", (part: string) => (said[kind] += part));
        client.write(text);
      }),
    ),
  );
  await until(async () => (await connectionsOf()) === 40);
  // The time for a request, a look at it each second, and the time to read why it is cut off.
  await until(async () => (await connectionsOf()) === 0, 6000);
  for (const answers of said)
    expect(answers.match(/^HTTP\/1\.1 40[08] |(?<=\})HTTP\/1\.1 40[08] /g)).toHaveLength(10);
});

describe("a body", () => {
  const head = "POST /score HTTP/1.1\r\nhost: x\r\ncontent-length: 30\r\n\r\n1";
  let patient: Server;

  beforeEach(async () => {
    const connections = new Connections({ max: 100 });
    const times = { requestTimeoutMs: 60_000, bodyPauseMs: 500 };
    patient = createHttpServer({ connections, ...times }, (request, answer) => {
      request.resume().on("end", () => answer.end("answered"));
    });
    port = await listen(patient, { host: "127.0.0.1", port: 0 });
  });

  afterEach(() => closeGracefully(patient));

  test("that stops is not waited for as long as a whole request", async () => {
    const client = await open();
    client.setEncoding("latin1").write(head);
    const begun = performance.now();
    const [said] = (await once(client, "data")) as [string];
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
    await once(client.resume(), "end");
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test("that comes slowly is read to its end", async () => {
    const client = await open();
    client.setEncoding("latin1").write(head);
    for (let count = 0; count < 29; count++) {
      await sleep(100);
      client.write("1");
    }
    const [said] = (await once(client, "data")) as [string];
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test("a client that asks first is told at once to send its body, where the listener does not", async () => {
  const client = await open();
  client.write("POST /score HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n");
  const [told] = (await once(client, "data")) as [Buffer];
  expect(told.toString()).toMatch(/^HTTP\/1\.1 100 Continue/);
  client.write("12345");
  const [answered] = (await once(client, "data")) as [Buffer];
  expect(answered.toString()).toMatch(/^HTTP\/1\.1 200 /);
});

test("an answer on the same connection still comes whole", async () => {
  const client = await open();
  client.write("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n12");
  let text = "";
  for await (const part of client.setEncoding("latin1")) text += String(part);
  expect(text).toMatch(/answered$/);
});
