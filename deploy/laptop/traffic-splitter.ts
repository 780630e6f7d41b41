import type { Traffic } from "../../platform/release/deployment";

/** Fractional part of the golden ratio: its multiples fill 0..1 more evenly than any other number's. */
const step = (Math.sqrt(5) - 1) / 2;

/**
 * Says yes to a given share of questions: exactly fair in the long run, off by at most a few in any stretch, and
 * without a period that a client's own pattern (every second request is of another kind) could coincide with.
 * Deterministic, so that the same traffic is split in the same way.
 */
class FairShare {
  private position = 0;

  constructor(private readonly percent: number) {}

  next(): boolean {
    this.position = (this.position + step) % 1;
    return this.position * 100 < this.percent;
  }
}

/** Decides, request by request, which track answers and whether the canary gets a copy. */
export class TrafficSplitter {
  private readonly answers: FairShare;
  private readonly copies: FairShare;

  constructor({ weight, shadow }: Traffic) {
    this.answers = new FairShare(weight);
    this.copies = new FairShare(shadow);
  }

  /** Whether the canary answers the next request. */
  nextIsCanary(): boolean {
    return this.answers.next();
  }

  /** Whether the next request that stable answers is copied to the canary. */
  nextIsCopied(): boolean {
    return this.copies.next();
  }
}
