import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { systemErrorCode } from "./errors";

/** The part of the platform's own types that is used here. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
};

const pageBytes = 65_536;
/** What a disk writes begins, and ends, at a multiple of so many bytes, or of a part of them. */
const sectorBytes = 4096;
/** Of less, what is kept in memory is no loss. */
const minBytes = 8 * 1024 * 1024;

/** A buffer that begins where a page of memory does, as disks want it that read from it themselves: a WebAssembly memory does. */
export function pageAlignedBuffer(bytes: number): Buffer {
  const { buffer } = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  return Buffer.from(buffer, 0, bytes);
}

/**
 * Writes the whole sectors of what is large to a new file, past the system's cache: nobody reads it soon, and to copy it there takes longer than
 * all else and drops what others read. Gives how many bytes were written: none where that is not to be had.
 */
export async function writeSectors(file: string, content: Uint8Array, mode: number): Promise<number> {
  const { O_CREAT, O_EXCL, O_WRONLY } = constants;
  // Linux alone has it.
  const { O_DIRECT: direct } = constants as { readonly O_DIRECT?: number };
  if (content.length < minBytes || direct === undefined) return 0;
  const bytes = content.length - (content.length % sectorBytes);
  let written = 0;
  try {
    const handle = await open(file, O_WRONLY | O_CREAT | O_EXCL | direct, mode);
    try {
      while (written < bytes)
        written += (await handle.write(content, written, bytes - written, written)).bytesWritten;
    } finally {
      await handle.close();
    }
    return bytes;
  } catch (error) {
    await rm(file, { force: true });
    // A file system without it, or a buffer that begins elsewhere, as does what is left of a part that was written.
    if (["EINVAL", "EOPNOTSUPP"].includes(systemErrorCode(error) ?? "")) return 0;
    throw error;
  }
}
