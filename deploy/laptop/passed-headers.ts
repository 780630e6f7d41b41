import type { IncomingHttpHeaders } from "node:http";
import { testHeader } from "../../scoring/http/request-headers";
import { isSecret } from "../../scoring/http/request-marks";

/** Headers that are about one connection, not about the request or answer (RFC 9110, section 7.6.1). */
const connectionHeaders = new Set(
  "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade host content-length expect".split(
    " ",
  ),
);

/** Begin of the names of headers that are ours alone to set. */
const ours = "x-mlops-";

function select(headers: IncomingHttpHeaders, takes: (name: string) => boolean): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => takes(name)));
}

/** Headers without those of the connection. */
export function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return select(headers, (name) => !connectionHeaders.has(name));
}

/**
 * A client's headers as they are passed on: without those of the connection, and without ours, which say what a request is
 * to us. Only who shows the test key may mark a request as a test; nobody outside may call one a copy.
 */
export function passedHeaders(headers: IncomingHttpHeaders, testKey: string): IncomingHttpHeaders {
  const isMark = (name: string): boolean => name === testHeader && isSecret(headers[name], testKey);
  return select(endToEnd(headers), (name) => !name.startsWith(ours) || isMark(name));
}
