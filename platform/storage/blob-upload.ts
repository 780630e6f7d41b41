import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { BlockBlobClient, RestError } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { PlatformError } from "../base/errors";

/** Content up to this size is uploaded in one request; larger content in blocks of this size, several at a time. */
const blockBytes = 4 * 1024 * 1024;
const blocksAtOnce = 4;
/** The longest lease that ends by itself: nobody waits longer for a writer that was killed. */
const leaseSeconds = 60;
const renewMs = 20_000;
/** Pause between two checks whether another writer has finished. */
const lookMs = 250;

/** How a write waits for other writers of the same blob. */
export interface Patience {
  /** Longest wait: longer than the lease of a writer that was killed. */
  readonly patienceMs: number;
  /** What is written, for the message. */
  readonly what: string;
}

type Metadata = Readonly<Record<string, string>>;

const codeOf = (error: unknown): string => (error as Partial<RestError>).code ?? "";

/** Error codes of a write while another writer holds the lease. */
const taken = new Set(["LeaseAlreadyPresent", "LeaseIdMissing", "LeaseIsBreakingAndCannotBeAcquired"]);
/** Error codes of a writer whose blocks were replaced by another writer's, or whose lease ran out. */
const overtaken = new Set(["InvalidBlockList", "LeaseLost", "LeaseNotPresentWithBlobOperation"]);

/** Changes a blob; retries when another writer was in the way, until it is done or patience runs out. */
export async function amongWriters<T>(work: () => Promise<T>, { patienceMs, what }: Patience): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!taken.has(codeOf(error)) && !overtaken.has(codeOf(error))) throw error;
      if (Date.now() >= deadline) {
        throw new PlatformError(
          "BUSY",
          `Another writer has held ${what} for ${patienceMs / 1000} s. Only one may write at a time. Try again when it has finished.`,
          { cause: error },
        );
      }
    }
    await pause(lookMs * (0.5 + Math.random()));
  }
}

/**
 * Holds the lease of a blob, which keeps other writers out until it is released. A blob that does not exist has none: of two
 * writers that create it at once, the second to commit its blocks is refused, and then finds a blob to lease.
 */
async function withLease(client: BlockBlobClient, work: (leaseId?: string) => Promise<void>): Promise<void> {
  const lease = client.getBlobLeaseClient();
  try {
    await lease.acquireLease(leaseSeconds);
  } catch (error) {
    if (codeOf(error) === "BlobNotFound") return work();
    throw error;
  }
  // A failed renewal shows when the blocks are committed: a writer that has lost the lease is refused.
  const renewal = setInterval(() => void lease.renewLease().catch(() => clearInterval(renewal)), renewMs);
  try {
    await work(lease.leaseId);
  } finally {
    clearInterval(renewal);
    await giveBack(() => lease.releaseLease());
  }
}

async function giveBack(release: () => Promise<unknown>): Promise<void> {
  try {
    await release();
  } catch (error) {
    // The lease ends by itself within a minute, and the work has reported its own outcome.
    if ((error as Partial<RestError>).name !== "RestError") throw error;
  }
}

async function stageBlocks(
  client: BlockBlobClient,
  bytes: Uint8Array,
  conditions: { readonly leaseId?: string },
): Promise<string[]> {
  const upload = randomUUID();
  const count = Math.ceil(bytes.byteLength / blockBytes);
  // All block ids of a blob must have the same length, also those of other writers.
  const ids = Array.from({ length: count }, (_, index) =>
    Buffer.from(`${upload}-${String(index).padStart(6, "0")}`).toString("base64"),
  );
  const waiting = ids.entries();
  const stage = async (): Promise<void> => {
    for (const [index, id] of waiting) {
      const block = bytes.subarray(index * blockBytes, (index + 1) * blockBytes);
      await client.stageBlock(id, block, block.byteLength, { conditions });
    }
  };
  await Promise.all(Array.from({ length: Math.min(blocksAtOnce, count) }, stage));
  return ids;
}

/**
 * Writes a blob completely or not at all: in one request, or in blocks that one request commits when all have been
 * uploaded. A block that fails is sent again by itself.
 */
export async function uploadBlob(
  client: BlockBlobClient,
  { bytes, metadata }: { readonly bytes: Uint8Array; readonly metadata: Metadata },
  patience: Patience,
): Promise<void> {
  if (bytes.byteLength <= blockBytes) {
    await amongWriters(() => client.upload(bytes, bytes.byteLength, { metadata: { ...metadata } }), patience);
    return;
  }
  const write = async (leaseId?: string): Promise<void> => {
    const conditions = leaseId === undefined ? {} : { leaseId };
    const ids = await stageBlocks(client, bytes, conditions);
    await client.commitBlockList(ids, { conditions, metadata: { ...metadata } });
  };
  await amongWriters(() => withLease(client, write), patience);
}
