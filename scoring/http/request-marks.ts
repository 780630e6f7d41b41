import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { RequestMark } from "../../platform/predictions/prediction-record";
import { digestOf } from "../../platform/base/files";
import { shadowHeader, testHeader } from "./request-headers";

export type ReadMark = (headers: IncomingHttpHeaders) => RequestMark | undefined;

/**
 * Reads marks that show the key. What a client writes into these headers without it says nothing: its request is one like
 * any other, so that nobody hides requests from drift and from the log by accident, or without the right to.
 */
export function readMarks(key: string): ReadMark {
  const expected = Buffer.from(digestOf(key));
  // By digest, in constant time, so that nothing can be learnt of the key from the time it takes.
  const isKey = (header: string | string[] | undefined): boolean =>
    typeof header === "string" && timingSafeEqual(Buffer.from(digestOf(header)), expected);
  return (headers) => {
    if (isKey(headers[shadowHeader])) return "shadow";
    return isKey(headers[testHeader]) ? "test" : undefined;
  };
}
