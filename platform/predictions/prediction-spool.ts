import { hourMs } from "../base/durations";
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { readFile, readdir, rename, rmdir, stat, unlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { explainStorageError, systemErrorCode } from "../base/errors";
import { ownIdentity, processIdentitySchema, stateOfProcess } from "../base/process-identity";
import {
  FrameEncoder,
  framesOf,
  type PredictionSource,
  type ScoredRequest,
  type SegmentHeader,
} from "./prediction-frames";

/** A file of the spool to which nothing is appended any more. It becomes one file in the storage. */
export interface Segment {
  readonly file: string;
  readonly bytes: number;
  readonly records: number;
}

export interface SpoolOptions {
  /** Folder of all spools of one log; each process has a folder in it. */
  readonly folder: string;
  /** Where the paths in the storage begin: `<environment>/<model>`. */
  readonly prefix: string;
  /** Tells this process's files from those of every other. */
  readonly writer: string;
  /** A segment that would grow beyond this size is followed by a new one. */
  readonly segmentBytes: number;
  readonly onSealed: (segment: Segment) => void;
}

interface OpenSegment {
  readonly file: string;
  readonly descriptor: number;
  readonly source: PredictionSource;
  /** Whole hours since 1970 of its records. */
  readonly hour: number;
  bytes: number;
  records: number;
}

/** Bytes of records that may wait to be written together; a record too large for that is written by itself. */
const [maxWaitingBytes, maxSharedBytes] = [256 * 1024, 16 * 1024];
const ownerFile = "owner.json";
/** Content of the file once its process has given up the folder. */
const released = "released";
/** A process that is not visible from here, such as one in another container, counts as gone after this silence. */
const silentMs = 60_000;

/**
 * The disk under the prediction log. `write` hands all waiting records to the operating system at once: for a record of a
 * few rows the call costs many times more than its bytes. From then on they survive the end of the process, however it
 * ends. They are not flushed to the disk: a power loss may cost the last few seconds.
 */
export class PredictionSpool {
  readonly directory: string;
  private readonly encoder = new FrameEncoder();
  private current: OpenSegment | undefined;
  private sequence = 0;
  /** Records of the current segment that are not written yet. */
  private readonly waiting = Buffer.alloc(maxWaitingBytes);
  private waitingBytes = 0;
  private waitingRecords = 0;
  private accepted = 0;
  private lost = 0;

  constructor(private readonly options: SpoolOptions) {
    this.directory = path.join(options.folder, options.writer);
    try {
      mkdirSync(this.directory, { recursive: true });
      writeFileSync(path.join(this.directory, ownerFile), JSON.stringify(ownIdentity()));
    } catch (error) {
      throw explainStorageError(error, this.directory);
    }
  }

  /** Bytes of the segment that is appended to. */
  get openBytes(): number {
    return this.current?.bytes ?? 0;
  }

  /** Records that the operating system took, and records that it refused. */
  get counts(): { readonly accepted: number; readonly lost: number } {
    return { accepted: this.accepted, lost: this.lost };
  }

  /** Keeps a record for the next `write`. Throws what the file system throws; the record is then not kept. */
  append(source: PredictionSource, request: ScoredRequest): void {
    const hour = Math.floor(request.time / hourMs);
    const frame = this.encoder.encode(source, request);
    let segment = this.current;
    if (segment?.source !== source || segment.hour !== hour || this.isFull(segment, frame)) {
      // The header is encoded into the same memory as the frame.
      const kept = Buffer.from(frame);
      this.seal();
      segment = this.open(source, request.time);
      this.keep(segment, kept);
    } else this.keep(segment, frame);
  }

  /** Hands the waiting records to the operating system. Throws what the file system throws; they are then lost. */
  write(): void {
    const { current: segment, waitingBytes: bytes, waitingRecords: records } = this;
    if (segment === undefined || records === 0) return;
    this.waitingBytes = 0;
    this.waitingRecords = 0;
    this.put(segment, this.waiting.subarray(0, bytes), records);
  }

  /** Writes what waits and ends the segment that is appended to, if there is one. Throws as `write` does. */
  seal(): void {
    this.write();
    const segment = this.current;
    if (segment === undefined) return;
    this.current = undefined;
    closeSync(segment.descriptor);
    const { file, bytes, records } = segment;
    this.options.onSealed({ file, bytes, records });
  }

  /** Takes over what processes that have ended left behind; oldest first. */
  async adopt(): Promise<Segment[]> {
    const adopted: Segment[] = [];
    for (const name of await namesIn(this.options.folder)) {
      const directory = path.join(this.options.folder, name);
      if (name === this.options.writer || !(await isAbandoned(directory))) continue;
      for (const file of (await namesIn(directory)).filter((each) => each.endsWith(".spool"))) {
        const target = path.join(this.directory, `${name}-${file}`);
        // Another process may be faster; the file is then gone.
        if (!(await ifThere(() => rename(path.join(directory, file), target)))) continue;
        const segment = await measure(target);
        if (segment.records > 0) adopted.push(segment);
        else await ifThere(() => unlink(target));
      }
      await ifThere(() => unlink(path.join(directory, ownerFile)));
      await ifThere(() => rmdir(directory));
    }
    return adopted;
  }

  /** Tells processes that cannot see this one that it is alive. */
  async touch(): Promise<void> {
    const now = new Date();
    await ifThere(() => utimes(path.join(this.directory, ownerFile), now, now));
  }

  /** Gives the folder up: what is left in it is for whoever comes next. */
  async leave(): Promise<void> {
    if ((await namesIn(this.directory)).some((name) => name.endsWith(".spool"))) {
      await writeFile(path.join(this.directory, ownerFile), released);
      return;
    }
    await ifThere(() => unlink(path.join(this.directory, ownerFile)));
    await ifThere(() => rmdir(this.directory));
  }

  private isFull({ bytes, records }: OpenSegment, frame: Buffer): boolean {
    const size = bytes + this.waitingBytes + frame.length;
    return records + this.waitingRecords > 0 && size > this.options.segmentBytes;
  }

  private open(source: PredictionSource, time: number): OpenSegment {
    const { prefix, writer } = this.options;
    const iso = new Date(time).toISOString();
    const number = String((this.sequence += 1)).padStart(8, "0");
    const name = `${iso.replaceAll(/[-:.]/g, "")}-${writer}-${number}.jsonl`;
    const header: SegmentHeader = {
      ...source,
      format: 1,
      path: `${prefix}/date=${iso.slice(0, 10)}/hour=${iso.slice(11, 13)}/${name}`,
      columns: source.columns.map(({ name, type }) => ({ name, type })),
    };
    const file = path.join(this.directory, `${number}.spool`);
    const descriptor = openSync(file, "wx", 0o600);
    const hour = Math.floor(time / hourMs);
    const segment: OpenSegment = { file, descriptor, source, hour, bytes: 0, records: 0 };
    this.current = segment;
    this.put(segment, this.encoder.encodeHeader(header), 0);
    return segment;
  }

  private keep(segment: OpenSegment, frame: Buffer): void {
    const isLarge = frame.length > maxSharedBytes;
    if (isLarge || this.waitingBytes + frame.length > maxWaitingBytes) this.write();
    if (isLarge) {
      this.put(segment, frame, 1);
      return;
    }
    this.waiting.set(frame, this.waitingBytes);
    this.waitingBytes += frame.length;
    this.waitingRecords += 1;
  }

  private put(segment: OpenSegment, bytes: Buffer, records: number): void {
    try {
      let done = 0;
      while (done < bytes.length) {
        done += writeSync(segment.descriptor, bytes, done, bytes.length - done, segment.bytes + done);
      }
    } catch (error) {
      // Part of it may have been written. Nothing may follow, or that part would be read as the start of what follows.
      ftruncateSync(segment.descriptor, segment.bytes);
      this.lost += records;
      this.seal();
      throw error;
    }
    segment.bytes += bytes.length;
    segment.records += records;
    this.accepted += records;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemErrorCode(error) ?? "")) return [];
    throw error;
  }
}

/** Does something to a file; false when another process has taken it away. */
async function ifThere(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTEMPTY"].includes(systemErrorCode(error) ?? "")) return false;
    throw error;
  }
}

/** Whether the process that had this folder is gone. */
async function isAbandoned(directory: string): Promise<boolean> {
  const file = path.join(directory, ownerFile);
  let age: number;
  let text: string;
  try {
    age = Date.now() - (await stat(file)).mtimeMs;
    text = await readFile(file, "utf8");
  } catch (error) {
    // Without an owner, somebody is just creating the folder, or whoever took it over did not get to remove it.
    if (systemErrorCode(error) !== "ENOENT") return false;
    return (await ifThere(() => stat(directory))) && Date.now() - (await stat(directory)).mtimeMs > silentMs;
  }
  if (text === released) return true;
  const owner = processIdentitySchema.safeParse(parse(text));
  // A process writes this file once, when it starts: a torn one is from a process that was killed at that moment.
  if (!owner.success) return age > silentMs;
  const state = stateOfProcess(owner.data);
  return state === "gone" || (state === "unknown" && age > silentMs);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function measure(file: string): Promise<Segment> {
  const content = await readFile(file);
  let [bytes, frames] = [0, 0];
  for (const frame of framesOf(content)) {
    bytes += frame.length;
    frames += 1;
  }
  return { file, bytes, records: Math.max(frames - 1, 0) };
}
