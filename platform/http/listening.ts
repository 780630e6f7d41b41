import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PlatformError, systemErrorCode } from "../base/errors";

export interface ListenAddress {
  readonly host: string;
  /** 0 asks for any free one. */
  readonly port: number;
  /** How the port is chosen, for a message: `--port`. */
  readonly setBy?: string;
}

/** Connections that may wait to be accepted: the system has fewer by default than come at once under load. */
const backlog = 1024;

function explain(cause: unknown, { host, port, setBy }: ListenAddress): unknown {
  const code = systemErrorCode(cause);
  const another = setBy === undefined ? "Choose another one" : `Set ${setBy} to another one`;
  if (code === "EADDRINUSE") {
    const message = `Port ${port} of ${host} is taken. ${another}, or stop the process that listens there.`;
    return new PlatformError("BUSY", message, { cause });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new PlatformError(
      "SETTINGS_INVALID",
      `"${host}" is not an address of this machine. Expected for example "127.0.0.1" or "0.0.0.0". Set MLOPS_HOST to one.`,
      { cause },
    );
  }
  if (code === "EACCES") {
    const message = `Port ${port} may not be opened by this user. ${another}, from 1024 to 65535.`;
    return new PlatformError("SETTINGS_INVALID", message, { cause });
  }
  return cause;
}

/** Listens; returns the port. */
export async function listen(server: Server, address: ListenAddress): Promise<number> {
  const { host, port } = address;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, backlog }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    throw explain(cause, address);
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
