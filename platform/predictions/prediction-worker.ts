import { constants, getPriority, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { openStorage } from "../storage/open-storage";
import type { Storage } from "../storage/storage";
import { storageSink, type StoreAnswer } from "./prediction-sink";
import type { Segment } from "./prediction-spool";
import { reasonOf } from "../base/errors";

// Requests come first: on Linux a priority is a thread's own, elsewhere it would be that of the whole process.
if (process.platform === "linux") {
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
  setPriority(Math.min(PRIORITY_LOW, getPriority() + PRIORITY_BELOW_NORMAL));
}

let storage: Storage | undefined;

/** Opens the storage when the first segment comes. */
async function store(segment: Segment): Promise<StoreAnswer> {
  try {
    storage ??= await openStorage(workerData as string);
    return { stored: await storageSink(storage).store(segment) };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

// The other end sends one segment at a time.
parentPort?.on("message", (segment: Segment) => {
  void store(segment).then((answer) => parentPort?.postMessage(answer));
});
