import { explainedReasonOf } from "../../platform/base/errors";

/** What is known of a measurement. */
export type Measured<T> =
  | { readonly state: "measuring" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "measured"; readonly result: T };

/** How long a measurement is shown before it is taken again, in milliseconds. */
const defaultFreshMs = 60_000;
/** How long a page waits for a measurement before it says that one is under way, in milliseconds. */
const patienceMs = 1_000;

interface Taken<T> {
  readonly at: number;
  readonly result: Promise<Measured<T>>;
}

/** Measurements that take seconds, of a long log or in Azure: each is taken once for all who look. */
export class Measurements<T> {
  private readonly taken = new Map<string, Taken<T>>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly freshMs = defaultFreshMs,
  ) {}

  /** What `key` measures, if it comes soon; else that it is being measured. */
  async of(key: string, measure: () => Promise<T>): Promise<Measured<T>> {
    const known = this.taken.get(key);
    const fresh =
      known !== undefined && this.now() - known.at < this.freshMs ? known : this.take(key, measure);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Measured<T>>((resolve) => {
      timer = setTimeout(() => resolve({ state: "measuring" }), patienceMs);
    });
    try {
      return await Promise.race([fresh.result, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private take(key: string, measure: () => Promise<T>): Taken<T> {
    const result = measure().then(
      (measured): Measured<T> => ({ state: "measured", result: measured }),
      (error: unknown): Measured<T> => ({ state: "failed", reason: explainedReasonOf(error) }),
    );
    const taken = { at: this.now(), result };
    // Logs of jobs are long, and nobody may ask for one again.
    for (const [old, { at }] of this.taken) if (this.now() - at >= this.freshMs) this.taken.delete(old);
    this.taken.set(key, taken);
    return taken;
  }
}
