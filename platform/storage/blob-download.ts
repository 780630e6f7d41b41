import { setTimeout as pause } from "node:timers/promises";
import type { BlobClient, RestError } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { PlatformError, reasonOf } from "../base/errors";
import { digestOf } from "../base/files";

/** How often a download that was cut short goes on from where it was, and the pause before it does. */
const maxResumes = 8;
const resumePauseMs = 100;
/** How often it starts over, when the content changed meanwhile or does not have its digest. */
const maxStarts = 3;

/** Name of the digest among what a blob says of itself. */
export const digestKey = "sha256";

interface Downloaded {
  readonly bytes: Uint8Array;
  /** The digest that it was written with, if it was. */
  readonly digest: string | undefined;
}

/**
 * Downloads a blob; what is cut short goes on where it was, of the same content. The client's own way to go on is not
 * used: it takes a connection that is closed in the middle for a wish to end.
 */
async function download(client: BlobClient, what: string): Promise<Downloaded> {
  const chunks: Buffer[] = [];
  let read = 0;
  let first: { etag: string | undefined; length: number; digest: string | undefined } | undefined;
  for (let resume = 0; ; resume += 1) {
    const conditions = first?.etag === undefined ? {} : { ifMatch: first.etag };
    const answer = await client.download(read, undefined, { maxRetryRequests: 0, conditions });
    const { etag, contentLength: length = 0, metadata } = answer;
    first ??= { etag, length, digest: metadata?.[digestKey] };
    let cause: unknown;
    try {
      for await (const chunk of answer.readableStreamBody ?? []) {
        chunks.push(chunk as Buffer);
        read += chunk.length;
      }
    } catch (error) {
      cause = error;
    }
    if (read === first.length) return { bytes: Buffer.concat(chunks), digest: first.digest };
    if (resume === maxResumes) {
      throw new PlatformError(
        "STORAGE_FAILED",
        `The download of ${what} was cut short ${maxResumes + 1} times, at last after ${read} of ${first.length} bytes (${reasonOf(cause)}). Check the network, and try again.`,
        { cause },
      );
    }
    await pause(resumePauseMs * (resume + 1));
  }
}

/** Reads a blob whole, and checks what was written with its digest by it. Undefined when it never has that digest. */
export async function downloadBlob(client: BlobClient, what: string): Promise<Uint8Array | undefined> {
  for (let start = 1; start <= maxStarts; start += 1) {
    try {
      const { bytes, digest } = await download(client, what);
      if (digest === undefined || digest === digestOf(bytes)) return bytes;
    } catch (error) {
      // Another content has been put in its place.
      if ((error as Partial<RestError>).code !== "ConditionNotMet" || start === maxStarts) throw error;
    }
  }
  return undefined;
}
