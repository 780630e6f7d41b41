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

test("half a body is not waited for, however long it takes", async () => {
  const text = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{";
  const socket = await open(text, "127.0.0.1");
  let said = "";
  socket.setEncoding("latin1").on("data", (part: string) => (said += part));
  await once(socket, "close");
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
}, 20_000);

test("half a header is not either", async () => {
  const socket = await open("GET / HTTP/1.1\r\nho", "127.0.0.1");
  const [said] = (await once(socket.setEncoding("latin1"), "data")) as [string];
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
}, 20_000);

test("one address has not all connections", async () => {
  await Promise.all(Array.from({ length: 1000 }, () => open("", "127.0.0.2")));
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});
