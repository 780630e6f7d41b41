import { reasonOf } from "../../platform/base/errors";
import type { MonitorResult } from "../watching/monitor";
import type { Measured } from "./pages/monitoring-page";

/** How long a measurement is shown before it is taken again, in milliseconds. */
const freshMs = 60_000;
/** How long a page waits for a measurement before it says that one is under way, in milliseconds. */
const patienceMs = 1_000;

interface Taken {
  readonly at: number;
  readonly result: Promise<Measured>;
}

/** Measurements of the prediction log, which take seconds where it is long: each is taken once for all who look. */
export class Measurements {
  private readonly taken = new Map<string, Taken>();

  constructor(private readonly now: () => number = Date.now) {}

  /** What `key` measures, if it comes soon; else that it is being measured. */
  async of(key: string, measure: () => Promise<MonitorResult>): Promise<Measured> {
    const known = this.taken.get(key);
    const fresh = known !== undefined && this.now() - known.at < freshMs ? known : this.take(key, measure);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Measured>((resolve) => {
      timer = setTimeout(() => resolve({ state: "measuring" }), patienceMs);
    });
    try {
      return await Promise.race([fresh.result, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private take(key: string, measure: () => Promise<MonitorResult>): Taken {
    const result = measure().then(
      (measured): Measured => ({ state: "measured", result: measured }),
      (error: unknown): Measured => ({ state: "failed", reason: reasonOf(error) }),
    );
    const taken = { at: this.now(), result };
    this.taken.set(key, taken);
    return taken;
  }
}
