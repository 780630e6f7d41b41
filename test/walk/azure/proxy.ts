import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/**
 * A proxy of this machine, for programs that no hook of Node.js reaches, as Pulumi's own command: connections to Azure's names
 * go to where Azure is played. Others are refused.
 */
export class WayOut {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async open(address: string, isAzure: (host: string) => boolean): Promise<WayOut> {
    const server = createServer((_, response) => response.writeHead(405).end());
    const way = new WayOut(server);
    server.on("connect", (request, near: Socket) => {
      const [host = "", port] = (request.url ?? "").split(":");
      if (!isAzure(host) || port !== "443") return void near.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      const far = connect(443, address, () => {
        near.write("HTTP/1.1 200 OK\r\n\r\n");
        near.pipe(far).pipe(near);
      });
      for (const socket of [near, far]) {
        way.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.once("close", () => {
          way.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return way;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}
