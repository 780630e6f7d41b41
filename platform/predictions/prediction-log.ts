import type { Storage } from "../storage/storage";
import type { PredictionRecord } from "./prediction-record";
import { parsePredictionRecord } from "./prediction-record";

/** Which records to read. */
export interface PredictionLogQuery {
  readonly environment: string;
  /** The model's name; its versions share a log. */
  readonly model: string;
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  /** Called with a sentence for each line that is left out because it is not a complete record. */
  readonly report: (message: string) => void;
}

const newline = 0x0a;

/** The hour ("2026-11-21T00") of a file of the log, from its path. */
function hourOf(file: string): string | undefined {
  const match = /date=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/[^/]+\.jsonl$/.exec(file);
  return match ? `${match[1]}T${match[2]}` : undefined;
}

/** The lines of a file, one at a time: all its text at once would be in memory with each of them. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    yield decoder.decode(bytes.subarray(start, end));
    start = end + 1;
  }
}

/** Records of the log: hour by hour, within an hour file by file, within a file as they were appended. */
export async function* readPredictionLog(
  storage: Storage,
  { environment, model, from, to, report }: PredictionLogQuery,
): AsyncIterable<PredictionRecord> {
  const firstHour = from?.toISOString().slice(0, 13) ?? "";
  const lastHour = to?.toISOString().slice(0, 13) ?? "9";
  for (const file of await storage.list(`${environment}/${model}/`)) {
    const hour = hourOf(file);
    if (hour === undefined || hour < firstHour || hour > lastHour) continue;
    let number = 0;
    for (const line of linesOf(await storage.get(file))) {
      number += 1;
      const record = parsePredictionRecord(line);
      if (record === undefined) {
        report(`Line ${number} of ${file} is not a complete prediction record; it is left out.`);
        continue;
      }
      const time = Date.parse(record.time);
      if (time >= (from?.getTime() ?? -Infinity) && time < (to?.getTime() ?? Infinity)) yield record;
    }
  }
}
