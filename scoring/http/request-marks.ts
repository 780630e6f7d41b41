import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { RequestMark } from "../model/score-notes";
import { digestOf } from "../../platform/base/files";
import { shadowHeader, testHeader } from "./request-headers";

export type ReadMark = (headers: IncomingHttpHeaders) => RequestMark | undefined;

/** Whether a header shows a secret. By digest, in constant time, so that nothing can be learnt of it from the time it takes. */
export function isSecret(header: string | string[] | undefined, secret: string): boolean {
  return (
    typeof header === "string" &&
    timingSafeEqual(Buffer.from(digestOf(header)), Buffer.from(digestOf(secret)))
  );
}

/**
 * Reads marks that show the key. What a client writes into these headers without it says nothing: its request is one like
 * any other, so that nobody hides requests from drift and from the log by accident, or without the right to.
 */
export function readMarks(key: string): ReadMark {
  const isKey = (header: string | string[] | undefined): boolean => isSecret(header, key);
  return (headers) => {
    if (isKey(headers[shadowHeader])) return "shadow";
    return isKey(headers[testHeader]) ? "test" : undefined;
  };
}
