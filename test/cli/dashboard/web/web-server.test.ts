import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import { webServer } from "../../../../cli/dashboard/web/web-server";

let app: FastifyInstance;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  app = fastify(webServer());
  app.get("/", () => "a page");
  app.post("/", () => "taken");
  await app.listen({ host: "127.0.0.1", port: 0 });
  ({ port } = app.server.address() as AddressInfo);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

async function open(text: string, localAddress: string): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  sockets.push(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

/** What is said to a client by the time that its connection is closed. */
async function answerTo(text: string): Promise<string> {
  const socket = await open(text, "127.0.0.1");
  let said = "";
  socket.setEncoding("latin1").on("data", (part: string) => (said += part));
  await once(socket, "close");
  return said;
}

test("neither half a body nor half a header is waited for, however long it takes", async () => {
  const head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n";
  const answers = await Promise.all([answerTo(`${head}{`), answerTo("GET / HTTP/1.1\r\nho")]);
  expect(answers).toEqual(Array(2).fill(expect.stringMatching(/^HTTP\/1\.1 408 /)));
}, 20_000);

test("one address has not all connections", async () => {
  await Promise.all(Array.from({ length: 1000 }, () => open("", "127.0.0.2")));
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});
