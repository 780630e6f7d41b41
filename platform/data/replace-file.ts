import { randomUUID } from "node:crypto";
import { chmod, open, realpath, rename, rm, stat } from "node:fs/promises";

/** Makes the new content of a file beside it and puts it in its place in one step, with its permissions. */
export async function replaceFile(file: string, write: (temporary: string) => Promise<void>): Promise<void> {
  // A link stays one.
  const target = await realpath(file);
  const temporary = `${target}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    await write(temporary);
    await chmod(temporary, (await stat(target)).mode);
    const handle = await open(temporary, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}
