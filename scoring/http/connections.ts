import type { Server } from "node:net";
import type { Socket } from "node:net";

export interface ConnectionsOptions {
  /** Connections open at once; one more is closed at once. */
  readonly max: number;
  /** Longest time for a client to take an answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
  /** Bytes of answers that may wait for their clients before other requests are refused; half of them for one address. */
  readonly maxUnsentBytes?: number;
}

const lookMs = 250;
const defaultUnsentBytes = 128 * 1024 * 1024;

/** What has been written to a connection must have left by a certain time. */
interface Due {
  readonly bytes: number;
  readonly atMs: number;
}

/** A connection that answers are written to. */
interface Watched {
  /** Of its client; a connection that is closed no longer knows it. */
  readonly address: string;
  due?: Due | undefined;
}

/**
 * The open connections of a server. One address has half of them at most, and half of the room for answers that are not read yet, so that
 * nobody alone keeps the others out; and a client that does not read its answers is cut off, since each would stay in memory until it does.
 */
export class Connections {
  private readonly countByAddress = new Map<string, number>();
  private readonly watched = new Map<Socket, Watched>();
  private unsentOf: ReadonlyMap<string, number> = new Map();
  /** Addresses that had more than their half when last looked at. */
  private above: ReadonlySet<string> = new Set();
  private isFull = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ConnectionsOptions) {}

  /** Whether answers that are not taken use so much memory that no more should be made for an address: its own, or those of several. */
  isOverloadedFor(address: string | undefined): boolean {
    return this.isFull || (this.unsentOf.get(address ?? "") ?? 0) > this.maxOfOne;
  }

  private get maxOfOne(): number {
    return (this.options.maxUnsentBytes ?? defaultUnsentBytes) / 2;
  }

  /** `encrypted`: clients come over TLS; then the connection that answers are written to is another. */
  watch(server: Server, encrypted: boolean): void {
    server.maxConnections = this.options.max;
    server.on("connection", (socket: Socket) => this.admit(socket));
    server.on(encrypted ? "secureConnection" : "connection", (socket: Socket) => {
      this.watched.set(socket, { address: socket.remoteAddress ?? "" });
      socket.once("close", () => this.watched.delete(socket));
    });
    this.timer = setInterval(() => this.look(), lookMs).unref();
    server.once("close", () => clearInterval(this.timer));
  }

  private admit(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const count = (this.countByAddress.get(address) ?? 0) + 1;
    this.countByAddress.set(address, count);
    socket.once("close", () => {
      const left = (this.countByAddress.get(address) ?? 1) - 1;
      if (left === 0) this.countByAddress.delete(address);
      else this.countByAddress.set(address, left);
    });
    if (count > Math.max(1, Math.floor(this.options.max / 2))) socket.destroy();
  }

  private look(): void {
    const now = performance.now();
    const unsentOf = new Map<string, number>();
    for (const [socket, watched] of this.watched) {
      this.cutOffLate(socket, watched, now);
      const { address } = watched;
      if (socket.writableLength > 0)
        unsentOf.set(address, (unsentOf.get(address) ?? 0) + socket.writableLength);
    }
    this.unsentOf = unsentOf;
    // An address counts for its half at most: alone it can never fill all the room.
    const counted = [...unsentOf.values()].map((bytes) => Math.min(bytes, this.maxOfOne));
    this.isFull = counted.reduce((sum, bytes) => sum + bytes, 0) >= 2 * this.maxOfOne;
    const above = [...unsentOf.keys()].filter((address) => (unsentOf.get(address) ?? 0) > this.maxOfOne);
    // One that reads has taken some by the time of the next look.
    for (const address of above) if (this.above.has(address)) this.cutOff(address);
    this.above = new Set(above);
  }

  /** Closes the connection of a client that does not take its answer in time. */
  private cutOffLate(socket: Socket, watched: Watched, now: number): void {
    const { answerTimeoutMs = 60_000 } = this.options;
    const { due } = watched;
    const { writableLength, bytesWritten } = socket;
    if (due !== undefined && bytesWritten - writableLength < due.bytes) {
      if (now > due.atMs) socket.destroy();
    } else if (writableLength > 0) watched.due = { bytes: bytesWritten, atMs: now + answerTimeoutMs };
    else delete watched.due;
  }

  /** Closes connections of an address, those with the most that waits for it first, until it has no more than its half. */
  private cutOff(address: string): void {
    const own = [...this.watched].filter(([, watched]) => watched.address === address);
    const largestFirst = own.map(([socket]) => socket).sort((a, b) => b.writableLength - a.writableLength);
    let unsent = this.unsentOf.get(address) ?? 0;
    for (const socket of largestFirst) {
      if (unsent <= this.maxOfOne) return;
      unsent -= socket.writableLength;
      socket.destroy();
    }
  }
}
