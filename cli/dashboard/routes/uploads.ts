import { PlatformError } from "../../../platform/base/errors";

/** Files that are received at once. */
const maxReceived = 20;
/** Of them from one address, so that nobody alone keeps the others from sending theirs. */
const maxOfOne = maxReceived / 2;
/** Files that are scored at once: each takes a core. */
const maxScored = 2;

/** What files take that are sent: room on the disk from their first byte, and a core once they are there. */
export class Uploads {
  private readonly receivedFrom = new Map<string, number>();
  private received = 0;
  private scored = 0;

  /** Receives a file from an address; throws CONFLICT when there are too many. */
  async receive<T>(address: string, work: () => Promise<T>): Promise<T> {
    const own = (this.receivedFrom.get(address) ?? 0) + 1;
    if (this.received >= maxReceived || own > maxOfOne)
      throw new PlatformError("CONFLICT", "Too many files are being sent. Send yours again in a minute.");
    this.received += 1;
    this.receivedFrom.set(address, own);
    try {
      return await work();
    } finally {
      this.received -= 1;
      const left = (this.receivedFrom.get(address) ?? 1) - 1;
      if (left === 0) this.receivedFrom.delete(address);
      else this.receivedFrom.set(address, left);
    }
  }

  /** Scores a file that is there; throws CONFLICT while others are. */
  async score<T>(work: () => Promise<T>): Promise<T> {
    if (this.scored >= maxScored)
      throw new PlatformError("CONFLICT", "Other files are being scored. Send yours again in a minute.");
    this.scored += 1;
    try {
      return await work();
    } finally {
      this.scored -= 1;
    }
  }
}
