import { write as writeFile, writeSync } from "node:fs";
import pino, { type Logger } from "pino";
import { systemErrorCode } from "../../platform/base/errors";

/** Bytes of lines that are written together. */
const pieceBytes = 65_536;
/** Longest time that a line waits, in milliseconds. */
const flushMs = 250;
/** Pause before a write is tried again that the reader had no room for, in milliseconds. */
const retryMs = 20;
/** Bytes that may wait for a reader that does not read; lines beyond it are left out and counted. */
const maxWaiting = 8 * 1024 * 1024;
/** Longest time that the end of the process waits for the reader, in milliseconds. */
const endMs = 500;

/**
 * Lines on their way to a file descriptor. No request waits for one, and neither does the end of the process for long. They
 * are put into memory of their own at once: as text that lives for a while, they would be copied by each garbage collection.
 */
class LineWriter {
  private filling = Buffer.allocUnsafeSlow(pieceBytes);
  private filled = 0;
  /** Pieces that are full, the first of them under way while something is. */
  private readonly full: Buffer[] = [];
  private waitingBytes = 0;
  private isWriting = false;
  private leftOut = 0;
  private readonly flushed: (() => void)[] = [];

  constructor(private readonly descriptor: number) {
    setInterval(() => this.start(), flushMs).unref();
    process.once("exit", () => this.end());
  }

  write(line: string): void {
    if (this.waitingBytes > maxWaiting) {
      this.leftOut += 1;
      return;
    }
    this.add(line);
    if (this.full.length > 0) this.start();
  }

  /** Calls back when everything written before has been sent, or nobody reads it. */
  flush(done?: () => void): void {
    if (done !== undefined) this.flushed.push(done);
    this.start();
  }

  private add(line: string): void {
    // No character takes more than three bytes for each of its code units.
    const room = 3 * line.length;
    if (this.filled + room > this.filling.length) this.turnOver(room);
    this.filled += this.filling.write(line, this.filled, "utf8");
  }

  /** Queues the filled piece for writing and starts a new one of at least `room` bytes. */
  private turnOver(room: number): void {
    if (this.filled > 0) {
      this.full.push(this.filling.subarray(0, this.filled));
      this.waitingBytes += this.filled;
      this.filled = 0;
      this.filling = Buffer.allocUnsafeSlow(Math.max(pieceBytes, room));
    } else if (this.filling.length < room) this.filling = Buffer.allocUnsafeSlow(room);
  }

  private start(): void {
    if (this.isWriting) return;
    if (this.leftOut > 0) {
      const { leftOut } = this;
      this.leftOut = 0;
      this.add(
        `{"level":40,"time":${Date.now()},"msg":"${leftOut} lines were dropped: the log is not read fast enough."}\n`,
      );
    }
    if (this.full.length === 0) this.turnOver(0);
    if (this.full.length === 0) for (const done of this.flushed.splice(0)) done();
    else this.send();
  }

  private send(): void {
    const [piece] = this.full;
    if (piece === undefined) return;
    this.isWriting = true;
    writeFile(this.descriptor, piece, 0, piece.length, null, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.send(), retryMs).unref();
        return;
      }
      // Any other failure is permanent: the reader has gone, so the lines are of no use.
      const done = error ? piece.length : written;
      this.waitingBytes -= done;
      if (done === piece.length) this.full.shift();
      else this.full[0] = piece.subarray(done);
      if (this.full.length > 0) this.send();
      else {
        this.isWriting = false;
        if (this.flushed.length > 0) this.start();
      }
    });
  }

  /** Writes what waits before the process ends. A piece under way has a thread of its own and needs a moment only. */
  private end(): void {
    const deadline = performance.now() + endMs;
    const clock = new Int32Array(new SharedArrayBuffer(4));
    if (this.isWriting) Atomics.wait(clock, 0, 0, retryMs);
    const pieces = [...this.full.slice(this.isWriting ? 1 : 0), this.filling.subarray(0, this.filled)];
    let rest = Buffer.concat(pieces);
    this.filled = 0;
    while (rest.length > 0 && performance.now() < deadline) {
      try {
        rest = rest.subarray(writeSync(this.descriptor, rest));
      } catch (error) {
        if (systemErrorCode(error) !== "EAGAIN") return;
        Atomics.wait(clock, 0, 0, 1);
      }
    }
  }
}

/**
 * The service's own log: lines of JSON on standard output, written in pieces. What is not written yet is written when the
 * process exits; `kill -9` loses a quarter of a second at most.
 */
export function openLogger(level: string): Logger {
  return pino({ level }, new LineWriter(1));
}
