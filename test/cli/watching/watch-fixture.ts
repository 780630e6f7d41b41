import type { Output } from "../../../cli/terminal/output";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { Storage } from "../../../platform/storage/storage";

/** An output that keeps the lines for people. */
export function keepLines(): { readonly output: Output; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const nothing = (): void => undefined;
  const print = (text: string): void => void lines.push(text);
  return { output: { begin: nothing, update: nothing, end: nothing, print, result: nothing }, lines };
}

let files = 0;

/** Puts records into the prediction log of the cost model in production, one file for each hour. */
export async function logRecords(storage: Storage, records: readonly PredictionRecord[]): Promise<void> {
  for (const hour of new Set(records.map(({ time }) => time.slice(0, 13)))) {
    const lines = records.filter(({ time }) => time.startsWith(hour)).map((record) => JSON.stringify(record));
    const folder = `prod/cost/date=${hour.slice(0, 10)}/hour=${hour.slice(11)}`;
    await storage.put(`${folder}/${(files += 1)}.jsonl`, Buffer.from(`${lines.join("\n")}\n`));
  }
}
