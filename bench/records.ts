import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { BenchProcess } from "./bench-process";

/** What a service has kept of the requests that it answered. */
export interface Recorded {
  /** By its metrics. */
  readonly counted: number;
  /** Lines of the request log. */
  readonly logged: number;
  /** Records in the prediction log, and records that it gave up. */
  readonly records: number;
  readonly dropped: number;
}

async function countLines(file: string, text = ""): Promise<number> {
  let lines = 0;
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const parts = (rest + (chunk as string)).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) if (part.includes(text)) lines += 1;
  }
  return lines;
}

function valueOf(metrics: string, series: string): number {
  const line = metrics.split("\n").find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? NaN);
}

/** Reads the metrics, ends the service and counts what is in its logs. */
export async function countRecords(service: BenchProcess, predictions: string): Promise<Recorded> {
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  await service.stop();
  let records = 0;
  for (const name of await readdir(predictions, { recursive: true })) {
    if (name.endsWith(".jsonl")) records += await countLines(path.join(predictions, name));
  }
  return {
    counted: valueOf(metrics, 'mlops_requests_total{dialect="score",status="2xx"}'),
    logged: await countLines(service.output, '"msg":"request"').then((lines) => lines - 1),
    records,
    dropped: valueOf(metrics, 'mlops_prediction_log_records_total{outcome="dropped"}'),
  };
}
