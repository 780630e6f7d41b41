import { once } from "node:events";
import { createServer } from "node:https";
import { connect, type AddressInfo } from "node:net";
import { openTunnel } from "../../../deploy/tests/verified-tunnel";
import { makeCertificate } from "../../platform/http/certificate";

test("an end that goes ends the other: nothing is left open on this machine", async () => {
  const pair = await makeCertificate("scoring");
  const server = createServer(pair, (request) => request.socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const tunnel = await openTunnel(`https://127.0.0.1:${port}`, pair.cert);
  try {
    const near = connect(Number(new URL(tunnel.url).port), "127.0.0.1");
    near.on("error", () => undefined);
    near.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    await once(near, "close");
    expect(tunnel.host).toBe(`127.0.0.1:${port}`);
  } finally {
    tunnel.close();
    server.close();
  }
});
