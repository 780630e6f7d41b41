import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import type { Digest } from "../../base/files";
import { pageAlignedBuffer } from "../../base/write-direct";
import type { Storage } from "../../storage/storage";

/** A storage takes a file whole, and memory is limited: what is larger is kept in parts of this size, in bytes. */
export const partBytes = 64 * 1024 * 1024;

/** Paths of the parts of a file of so many bytes; an empty file has one. */
export function partsOf(place: string, bytes: number): string[] {
  const parts = Math.max(1, Math.ceil(bytes / partBytes));
  return Array.from({ length: parts }, (_, index) => `${place}.${String(index).padStart(5, "0")}`);
}

async function readPart(handle: FileHandle, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Copies a file into a storage; the digest is that of the bytes that were copied, unless it is `known`. */
export async function storeFile(
  storage: Storage,
  file: string,
  { place, known }: { readonly place: string; readonly known?: Digest | undefined },
): Promise<{ bytes: number; digest: Digest }> {
  const hash = known === undefined ? createHash("sha256") : undefined;
  const handle = await open(file, "r");
  try {
    let bytes = 0;
    // One for all parts: a storage has a part when it says so, and many such buffers would wait for the garbage collector.
    const buffer = pageAlignedBuffer(Math.min(partBytes, Math.max(1, (await handle.stat()).size)));
    for (let index = 0; ; index++) {
      const size = Math.min(buffer.length, Math.max(1, (await handle.stat()).size - bytes));
      const part = await readPart(handle, buffer.subarray(0, size));
      if (part.length === 0 && index > 0) break;
      hash?.update(part);
      bytes += part.length;
      await storage.put(`${place}.${String(index).padStart(5, "0")}`, part);
      if (part.length < size) break;
    }
    return { bytes, digest: known ?? (hash?.digest("hex") as Digest) };
  } finally {
    await handle.close();
  }
}

/** Copies a file out of a storage to a path that must be free, onto the disk; the digest is that of the bytes that came. */
export async function fetchFile(storage: Storage, parts: readonly string[], file: string): Promise<Digest> {
  const hash = createHash("sha256");
  const handle = await open(file, "wx");
  try {
    for (const part of parts) {
      const content = await storage.get(part);
      hash.update(content);
      await handle.writeFile(content);
    }
    await handle.sync();
    return hash.digest("hex") as Digest;
  } finally {
    await handle.close();
  }
}
