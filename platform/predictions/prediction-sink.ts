import { readFile } from "node:fs/promises";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { systemErrorCode } from "../base/errors";
import type { Storage } from "../storage/storage";
import { decodeHeader, framesOf, type SegmentHeader } from "./prediction-frames";
import { FrameDecoder } from "./prediction-lines";
import type { Segment } from "./prediction-spool";

/** Stores segments where the log is kept. */
export interface SegmentSink {
  /**
   * Throws when the storage refuses; the segment is then kept. Storing one twice replaces it. False when the segment
   * is damaged, so that there is nothing to store.
   */
  store(segment: Segment): Promise<boolean>;
  close(): Promise<void>;
}

async function readIfThere(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}

/** A segment as a file of the log: its path, and lines of JSON. Undefined when it is damaged from its start. */
async function readSegment({ file, bytes }: Segment): Promise<{ path: string; content: Buffer } | undefined> {
  let header: SegmentHeader | undefined;
  let decoder: FrameDecoder | undefined;
  for (const frame of framesOf((await readIfThere(file)).subarray(0, bytes))) {
    if (decoder === undefined) {
      header = decodeHeader(frame);
      // Text is longer than numbers in memory, and column names make it longer still.
      decoder = new FrameDecoder(header, 2 * bytes);
    } else decoder.add(frame);
  }
  return header && decoder && { path: header.path, content: decoder.content };
}

/** Stores from this thread, for callers that hold the storage itself. */
export function storageSink(storage: Storage): SegmentSink {
  return {
    async store(segment) {
      const read = await readSegment(segment);
      if (read !== undefined) await storage.put(read.path, read.content);
      return read !== undefined;
    },
    close: () => Promise.resolve(),
  };
}

/** The worker's answer about the segment that it was given. */
export type StoreAnswer = { readonly stored: boolean } | { readonly failure: string };

/** Found by this file's own folder and extension, which is right in the sources as well as in the bundled service. */
const workerFile = path.join(__dirname, `prediction-worker${path.extname(__filename)}`);

/** Stores from a thread of its own, so that neither producing the text nor the storage's client delays requests. */
export class WorkerSink implements SegmentSink {
  private worker: Worker | undefined;
  private settle: ((outcome: boolean | Error) => void) | undefined;

  /** `location`: what `openStorage` takes. */
  constructor(private readonly location: string) {}

  store(segment: Segment): Promise<boolean> {
    const worker = (this.worker ??= this.start());
    return new Promise((resolve, reject) => {
      this.settle = (outcome) => {
        this.settle = undefined;
        worker.unref();
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      worker.ref();
      worker.postMessage(segment);
    });
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.settle?.(new Error("It is closed."));
    await worker?.terminate();
  }

  private start(): Worker {
    // TypeScript is loaded through tsx, as in the process itself.
    const execArgv = workerFile.endsWith(".ts") ? ["--require", require.resolve("tsx/cjs")] : [];
    const worker = new Worker(workerFile, { workerData: this.location, execArgv });
    worker.on("message", (answer: StoreAnswer) => {
      this.settle?.("failure" in answer ? new Error(answer.failure) : answer.stored);
    });
    worker.on("error", (error) => this.ended(worker, error));
    worker.on("exit", (code) =>
      this.ended(worker, new Error(`The thread that writes it ended with ${code}.`)),
    );
    return worker;
  }

  /** The next segment starts another one. */
  private ended(worker: Worker, error: Error): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    this.settle?.(error);
  }
}
