import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";

/** Listens and returns the port; 0 asks for any free one. */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    if (systemErrorCode(cause) !== "EADDRINUSE") throw cause;
    throw new PlatformError(
      "BUSY",
      `Port ${port} of ${host} is taken. Choose another one, or stop the process that listens there.`,
      { cause },
    );
  }
  return (server.address() as AddressInfo).port;
}

/** Stops accepting; settles when what is in flight has been answered. */
export async function closeGracefully(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // A connection becomes idle when its last answer is sent, and nobody else would close it then.
  const timer = setInterval(() => server.closeIdleConnections(), 20);
  await closed;
  clearInterval(timer);
}
