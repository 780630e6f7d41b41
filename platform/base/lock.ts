import { randomUUID } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { link, lstat, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError, explainStorageError, systemErrorCode } from "./errors";
import { digestOf } from "./files";
import { ownIdentity, processIdentitySchema, stateOfProcess } from "./process-identity";

const holderSchema = processIdentitySchema.extend({
  what: z.string(),
  since: z.iso.datetime(),
  /** Makes every lock's content its own, so that one is never mistaken for another. */
  nonce: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

/** A lock that this process holds. */
export interface Lock {
  /** Gives the lock back; nothing happens when that was done before. */
  release(): Promise<void>;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Throws BUSY where a link leads to nothing: it has the lock's name, and there will never be anything to read. */
async function refuseLink(file: string): Promise<void> {
  const found = await lstat(file).catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isSymbolicLink() !== true || (await readIfThere(file)) !== undefined) return;
  throw new PlatformError(
    "BUSY",
    `${file} is a link to a file that is not there. Expected a lock. Delete it.`,
  );
}

async function unlinkIfThere(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

/** Creates the file with its content in one step, as writing to a new file would not; false when there is one. */
async function createWhole(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await link(temporary, file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlinkIfThere(temporary);
  }
}

/** The holder a lock file names; nothing when the file is not one that this program wrote. */
function parseHolder(content: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(content)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function busyError(file: string, holder: Holder | undefined): PlatformError {
  if (holder === undefined) {
    return new PlatformError(
      "BUSY",
      `${file} is not a lock of this program. Expected its JSON. Delete the file.`,
    );
  }
  const { what, pid, host, since } = holder;
  const remedy =
    stateOfProcess(holder) === "running"
      ? `Wait until it ends, or stop process ${pid}.`
      : `Whether it still runs cannot be seen from here; if it does not, delete ${file}.`;
  return new PlatformError(
    "BUSY",
    `Another ${what} is under way: process ${pid} on ${host}, since ${since}. One at a time is allowed. ${remedy}`,
  );
}

/**
 * Removes the lock of a process that is gone. Only who holds the marker named after that lock's content may do it,
 * and only while the content is still that one: of several that try at once, none removes a lock taken since.
 */
async function removeAbandoned(file: string, content: string, what: string): Promise<void> {
  const marker = `${file}.${digestOf(content).slice(0, 16)}`;
  const own = await takeLock(marker, what);
  try {
    if ((await readIfThere(file)) === content) await unlinkIfThere(file);
  } finally {
    await removeOwn(marker, own);
  }
}

/** Returns the content that says the lock is ours. */
async function takeLock(file: string, what: string): Promise<string> {
  const since = new Date().toISOString();
  const content = `${JSON.stringify({ what, since, ...ownIdentity(), nonce: randomUUID() })}\n`;
  while (!(await createWhole(file, content))) {
    const other = await readIfThere(file);
    // Given back since: the next attempt may succeed.
    if (other === undefined) {
      await refuseLink(file);
      continue;
    }
    const holder = parseHolder(other);
    if (holder === undefined || stateOfProcess(holder) !== "gone") throw busyError(file, holder);
    await removeAbandoned(file, other, what);
  }
  return content;
}

/** Whether a process that still runs holds a lock; not when the file is garbled, or its holder cannot be seen from here. */
export async function isHeld(file: string): Promise<boolean> {
  const content = await readIfThere(file);
  const holder = content === undefined ? undefined : parseHolder(content);
  return holder !== undefined && stateOfProcess(holder) === "running";
}

async function removeOwn(file: string, content: string): Promise<void> {
  if ((await readIfThere(file)) === content) await unlinkIfThere(file);
}

/** At the end of the process there is no time for promises. A process that is killed leaves the lock to be taken over. */
function removeOwnAtExit(file: string, content: string): void {
  try {
    if (readFileSync(file, "utf8") === content) unlinkSync(file);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
  }
}

/**
 * Takes the lock `file` for `what` ("lifecycle of diabetes"), or throws BUSY naming who holds it. A lock whose process
 * is gone is taken over; one that is not given back goes when the process ends.
 */
export async function acquireLock(file: string, what: string): Promise<Lock> {
  let content: string;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    content = await takeLock(file, what);
  } catch (error) {
    throw explainStorageError(error, file);
  }
  const atExit = (): void => {
    removeOwnAtExit(file, content);
  };
  process.once("exit", atExit);
  return {
    async release() {
      process.off("exit", atExit);
      await removeOwn(file, content);
    },
  };
}
