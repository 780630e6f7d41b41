import { once } from "node:events";
import { createServer, isIP, type AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { connect } from "node:tls";
import { trustOf } from "./call-service";

export interface Tunnel {
  /** Base URL of the near end, on this machine. */
  readonly url: string;
  /** What requests have to name as their host, as the near end has another. */
  readonly host: string;
  close(): void;
}

/**
 * A way to a service for a client that takes any certificate, as the load generator does: what it sends, keys too, goes on only over
 * TLS with a certificate that is trusted. Connections that are not are closed, and count as failed requests.
 */
export async function openTunnel(url: string, certificate: string | undefined): Promise<Tunnel> {
  const { hostname, port, host } = new URL(url);
  // An address that is a number is no name to ask for.
  const named = isIP(hostname) === 0 ? { servername: hostname } : {};
  const trust = { ...named, ...trustOf(hostname, certificate) };
  const server = createServer((near) => {
    const far = connect({ host: hostname, port: Number(port || 443), ...trust });
    // Either end ends the other; the load generator sees and counts it.
    pipeline(near, far, near, () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: nearPort } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${nearPort}`, host, close: () => server.close() };
}
