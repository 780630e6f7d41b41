import { PlatformError, reasonOf } from "../../base/errors";
import type { Entries } from "../../model/run-entries";
import type { Tracking } from "./mlflow-tracking";

/** The least of the lengths that servers take for a value. */
const maxCharacters = 500;

export function shortened(values: Readonly<Record<string, string>>): Record<string, string> {
  const short = (text: string): string =>
    text.length > maxCharacters ? `${text.slice(0, maxCharacters - 3)}...` : text;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, short(value)]));
}

/** Does something optional for a run: a failure is reported and the rest goes on. */
export async function orWarn<T>(
  work: () => Promise<T>,
  warn: (message: string) => void,
  what = "Not logged",
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code === "INTERRUPTED") throw error;
    warn(`${what}: ${reasonOf(error)}`);
    return undefined;
  }
}

/** Writes to a run, and reports what the server does not accept. */
export async function logEntries(
  run: Tracking,
  { parameters = {}, metrics = {}, tags = {}, measuredAt }: Entries,
  warn: (message: string) => void,
): Promise<void> {
  await orWarn(() => run.setTags(shortened(tags)), warn);
  await orWarn(() => run.logParameters(shortened(parameters)), warn);
  await orWarn(() => run.logMetrics(metrics, measuredAt), warn);
}
