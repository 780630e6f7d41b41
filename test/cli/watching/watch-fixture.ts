import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Output } from "../../../cli/terminal/output";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import type { Storage } from "../../../platform/storage/storage";

/** An output that keeps the lines for people. */
export function keepLines(): { readonly output: Output; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const nothing = (): void => undefined;
  const print = (text: string): void => void lines.push(text);
  return {
    output: { begin: nothing, update: nothing, end: nothing, print, command: print, result: nothing },
    lines,
  };
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

/** Puts 300 requests of an hour ago into the log of diabetes:1 in production: rows of its data, of people who are all overweight. */
export async function logDiabetes(storage: Storage): Promise<void> {
  const text = await readFile(path.join(__dirname, "../../../models/diabetes/data.csv"), "utf8");
  const [header = "", ...rows] = text.trim().split("\n");
  const names = header.split(",").slice(0, -1);
  const time = new Date(Date.now() - 3_600_000).toISOString();
  const lines = rows.slice(0, 300).map((row, index) => {
    const values = row.split(",").map(Number);
    const bmi = (values[names.indexOf("bmi")] ?? 0) + 12;
    const inputs = Object.fromEntries(
      names.map((name, at) => [name, name === "bmi" ? bmi : (values[at] ?? 0)]),
    );
    const outputs = [100 + (index % 150)];
    return `${JSON.stringify({ id: `r-${index}`, time, model: "diabetes:1", inputs: [inputs], outputs })}\n`;
  });
  const [date = "", hour = ""] = time.split(/[T:]/);
  await storage.put(`prod/diabetes/date=${date}/hour=${hour}/clients.jsonl`, lines.join(""));
}
