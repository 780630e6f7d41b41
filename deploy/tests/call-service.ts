import { X509Certificate } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";
import { types } from "node:util";

export interface ServiceCall {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of the only certificate that the service may show, whatever its address is called. */
  readonly certificate?: string | undefined;
  readonly signal?: AbortSignal;
}

/** What TLS takes a server by: public authorities and the name in its address, or this one certificate. */
export interface Trust {
  readonly ca?: string;
  readonly servername?: string;
}

/**
 * Trust in one certificate and no other. It may have been made before Azure gave the service its address: then the name to
 * ask for is the one in the certificate.
 */
export function trustOf(hostname: string, certificate: string | undefined): Trust {
  if (certificate === undefined) return {};
  const read = new X509Certificate(certificate);
  const [, name] = /DNS:([^,\s]+)/.exec(read.subjectAltName ?? "") ?? [];
  const named = read.checkHost(hostname) !== undefined || name === undefined;
  return { ca: certificate, ...(!named && { servername: name }) };
}

/** Calls a service, over TLS only with a certificate that is trusted. Rejects when there is no answer. */
export async function callService(
  url: string,
  { method = "GET", headers = {}, body, certificate, signal }: ServiceCall = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { protocol, hostname } = new URL(url);
  const secure = protocol === "https:";
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal, ...(secure && trustOf(hostname, certificate)) };
    const request = (secure ? requestHttps : requestHttp)(url, options, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), reject);
    });
    request.once("error", reject);
    request.end(body);
  });
}

/** Why a call got no answer, in words: what ended it in time is the cause of its error, and of several addresses none has a message. */
export function explainCallError(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  const { message, code, cause } = error as NodeJS.ErrnoException & { readonly cause?: Error };
  return cause?.message ?? (message === "" ? String(code) : message);
}
