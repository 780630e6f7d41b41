import type { Server } from "node:net";
import type { Socket } from "node:net";

export interface ConnectionsOptions {
  /** Connections open at once; one more is closed at once. */
  readonly max: number;
  /** Longest time for a client to take an answer, in milliseconds. */
  readonly answerTimeoutMs?: number;
  /** Bytes of answers that may wait for their clients before other requests are refused. */
  readonly maxUnsentBytes?: number;
}

const lookMs = 250;

/** What has been written to a connection must have left by a certain time. */
interface Due {
  readonly bytes: number;
  readonly atMs: number;
}

/**
 * The open connections of a server. One address has half of them at most, so that nobody alone keeps the others out; and a
 * client that does not read its answers is cut off, since each would stay in memory until it does.
 */
export class Connections {
  private readonly countByAddress = new Map<string, number>();
  private readonly due = new Map<Socket, Due | undefined>();
  private unsent = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ConnectionsOptions) {}

  /** Whether answers that are not taken use so much memory that no more should be made. */
  get overloaded(): boolean {
    const { maxUnsentBytes = 128 * 1024 * 1024 } = this.options;
    return this.unsent > maxUnsentBytes;
  }

  /** `encrypted`: clients come over TLS; then the connection that answers are written to is another. */
  watch(server: Server, encrypted: boolean): void {
    server.maxConnections = this.options.max;
    server.on("connection", (socket: Socket) => this.admit(socket));
    server.on(encrypted ? "secureConnection" : "connection", (socket: Socket) => {
      this.due.set(socket, undefined);
      socket.once("close", () => this.due.delete(socket));
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
    const { answerTimeoutMs = 60_000 } = this.options;
    const now = performance.now();
    let unsent = 0;
    for (const [socket, due] of this.due) {
      const { writableLength, bytesWritten } = socket;
      unsent += writableLength;
      if (due !== undefined && bytesWritten - writableLength < due.bytes) {
        if (now > due.atMs) socket.destroy();
      } else if (writableLength > 0) {
        this.due.set(socket, { bytes: bytesWritten, atMs: now + answerTimeoutMs });
      } else if (due !== undefined) this.due.set(socket, undefined);
    }
    this.unsent = unsent;
  }
}
