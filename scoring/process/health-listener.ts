import { once } from "node:events";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { PlatformError, type ErrorCode } from "../../platform/base/errors";
import { HealthBoard } from "./health-board";

export interface HealthThreadData {
  readonly memory: SharedArrayBuffer;
  readonly host: string;
  readonly port: number;
}

export type HealthThreadMessage =
  | { readonly port: number }
  /** The port cannot be listened on. */
  | { readonly code: ErrorCode; readonly fault: string };

/** Beside this file, as TypeScript or bundled. */
const threadFile = path.join(__dirname, `health-thread${path.extname(__filename)}`);
/** How often the thread is told that the event loop turns, in milliseconds. */
export const beatMs = 250;

/** A listener of its own for those who ask whether the process lives. */
export interface HealthListener {
  readonly board: HealthBoard;
  readonly port: number;
}

/**
 * Listens in a thread of its own: the event loop of the main thread may be late by seconds, and an orchestrator that gets no
 * answer takes the process for a dead one. It ends with the process.
 */
export async function openHealthListener(address: { host: string; port: number }): Promise<HealthListener> {
  const board = new HealthBoard();
  board.beat();
  const { host, port } = address;
  const workerData: HealthThreadData = { memory: board.memory, host, port };
  // TypeScript is read with the help of tsx, as in the process itself.
  const execArgv = threadFile.endsWith(".ts") ? ["--require", require.resolve("tsx/cjs")] : [];
  const thread = new Worker(threadFile, { workerData, execArgv });
  const [message] = (await once(thread, "message")) as [HealthThreadMessage];
  if ("fault" in message) throw new PlatformError(message.code, message.fault);
  thread.unref();
  return { board, port: message.port };
}
