import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { PlatformError, systemErrorCode } from "../../base/errors";

const chunkBytes = 1 << 20;

/** Whether a file is compressed by gzip, by its first bytes: its name does not matter. */
export async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

/**
 * The same as `readBytes`, but each piece is there until the next one is asked for: a stream makes a buffer for each, which the garbage
 * collector takes longer to find again than it takes to read them.
 */
export async function* readPieces(file: string, gzip: boolean): AsyncGenerator<Buffer> {
  if (gzip) {
    yield* readBytes(file, gzip);
    return;
  }
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const handle = await open(file, "r");
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** The bytes of a file, in order, with flat memory; of one that is compressed by gzip, what it holds. */
export async function* readBytes(file: string, gzip: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { highWaterMark: chunkBytes });
  // An error of either stream is met where the last one is read.
  const bytes = gzip ? pipeline(source, createGunzip({ chunkSize: chunkBytes }), () => undefined) : source;
  try {
    yield* bytes as AsyncIterable<Buffer>;
  } catch (cause) {
    if (systemErrorCode(cause)?.startsWith("Z_") !== true) throw cause;
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} is compressed by gzip and is damaged or cut short. Compress or copy it again.`,
      { cause },
    );
  }
}
