import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PlatformError } from "../../platform/base/errors";
import { toStoredJson } from "../../platform/base/files";
import { metricNames, metrics as metricFacts } from "../../platform/definition/metric-names";
import { readRecord } from "../../platform/storage/read-record";
import type { Storage } from "../../platform/storage/storage";
import type { MonitorResult } from "./monitor";

const windowSchema = z.object({
  /** When it was measured, and its end: ISO 8601, UTC. */
  time: z.iso.datetime(),
  /** Its start; absent for all that was logged. */
  from: z.iso.datetime().exactOptional(),
  environment: z.string(),
  /** The version that was watched: `name:version`. */
  model: z.string(),
  rows: z.number().int().min(0),
  /** Whether there were rows enough to judge drift. */
  judged: z.boolean(),
  /** No values of a column are kept, only how far it has moved; none where there were too few rows to judge. */
  columns: z.array(z.object({ column: z.string(), psi: z.number(), drifted: z.boolean() })),
  /** The gate's metric by the truth that was known. */
  performance: z
    .object({
      rows: z.number().int().min(0),
      metric: z.enum(metricNames),
      now: z.number(),
      registered: z.number().exactOptional(),
      /** Confidence interval that allows for the chance of both samples; where it excludes the registered value, the change is significant. */
      interval: z.object({ low: z.number(), high: z.number() }).exactOptional(),
      fell: z.boolean(),
    })
    .exactOptional(),
});

/** What was measured of a version in one look at the prediction log. */
export type WatchedWindow = Readonly<z.output<typeof windowSchema>>;

/** Windows that are kept of a model in an environment: of one look a day, more than a year. */
export const maxWindows = 400;

interface OfModel {
  readonly environment: string;
  readonly name: string;
}

// Beside the decisions, where both are in one place.
const folderOf = ({ environment, name }: OfModel): string => `watched/${environment}/${name}/`;

/** The performance by truth as it is drawn: the interval of the fall, put at what was registered. */
function performanceOf({ performance }: MonitorResult): WatchedWindow["performance"] {
  if (performance?.kind !== "measured") return undefined;
  const { rows, metric, fell } = performance;
  const own = performance.metrics.find((each) => each.metric === metric);
  if (own === undefined) return undefined;
  const { now, registered, fall } = own;
  const isHigherBetter = metricFacts[metric].better === "higher";
  return {
    rows,
    metric,
    now,
    fell,
    ...(registered !== undefined && { registered }),
    ...(registered !== undefined &&
      fall && {
        interval: isHigherBetter
          ? { low: registered - fall.high, high: registered - fall.low }
          : { low: registered + fall.low, high: registered + fall.high },
      }),
  };
}

/** What is kept of a measurement. */
export function windowOf(
  result: MonitorResult,
  {
    environment,
    now,
    from,
  }: { readonly environment: string; readonly now: Date; readonly from?: Date | undefined },
): WatchedWindow {
  const { version, drift } = result;
  const performance = performanceOf(result);
  return {
    time: now.toISOString(),
    ...(from && { from: from.toISOString() }),
    environment,
    model: version,
    rows: drift.rows,
    judged: drift.judged,
    // With few rows the index is noise; with none it is undefined.
    columns: drift.judged ? drift.columns.map(({ column, psi, drifted }) => ({ column, psi, drifted })) : [],
    ...(performance && { performance }),
  };
}

/** The how manyth a window is of its model in its environment, as its file's name says; those without are of before there was one. */
const sequenceInName = /\/n(\d{9})-[^/]*$/;

/** Windows lie in the order in which they were recorded, whatever the clock said: those whose names begin with a year are the oldest. */
const nameOf = (sequence: number, { time }: WatchedWindow): string =>
  `n${String(sequence).padStart(9, "0")}-${time.replaceAll(/[-:.]/g, "")}-${randomUUID().slice(0, 8)}.json`;

/**
 * Adds a window as the newest one, as a file of its own: none is ever written over, and the oldest go when there are more than are kept.
 */
export async function recordWindow(storage: Storage, window: WatchedWindow, of: OfModel): Promise<void> {
  const folder = folderOf(of);
  const before = await storage.list(folder);
  const last = Number(sequenceInName.exec(before.at(-1) ?? "")?.[1] ?? 0);
  await storage.put(folder + nameOf(last + 1, window), toStoredJson(window));
  const files = await storage.list(folder);
  for (const old of files.slice(0, Math.max(0, files.length - maxWindows))) await storage.delete(old);
}

/** Windows of models, each read once: a file never changes. */
export class WindowReader {
  private readonly known = new Map<string, WatchedWindow>();

  constructor(private readonly open: () => Promise<Storage>) {}

  /** In the order in which they were recorded. Throws STORAGE_FAILED when one cannot be read. */
  async read(of: OfModel): Promise<WatchedWindow[]> {
    const folder = folderOf(of);
    const storage = await this.open();
    const files = await storage.list(folder);
    for (const file of this.known.keys())
      if (file.startsWith(folder) && !files.includes(file)) this.known.delete(file);
    const windows: WatchedWindow[] = [];
    for (const file of files) {
      const window = this.known.get(file) ?? (await this.readFile(storage, file));
      this.known.set(file, window);
      windows.push(window);
    }
    return windows;
  }

  private readFile(storage: Storage, file: string): Promise<WatchedWindow> {
    return readRecord(
      storage,
      file,
      windowSchema,
      (why, cause) =>
        new PlatformError(
          "STORAGE_FAILED",
          `The record ${file} of what was watched is corrupt: ${why}. Delete it, or restore it from a backup.`,
          { cause },
        ),
    );
  }
}
