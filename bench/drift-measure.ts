/**
 * Started by `npm run bench:drift` for each measurement, so that none holds memory of another: measures the drift of a Parquet file, or of a
 * folder's prediction log, against a reference, and prints what it took as JSON.
 */
import { readFile } from "node:fs/promises";
import { measureDrift } from "../platform/drift/drift";
import type { Profile } from "../platform/drift/profile";
import { profileTableAgainst } from "../platform/drift/profile-table";
import { profileRecordsAgainst } from "../platform/drift/profile-values";
import { readPredictionLog } from "../platform/predictions/prediction-log";
import { DuckDbEngine } from "../platform/sql/duckdb/duckdb-engine";
import { literal } from "../platform/sql/engine";
import { openLocalStorage } from "../platform/storage/local-storage";
import { logged } from "./drift-log";
import type { Measured } from "./drift-goals";

const rule = { psi: 0.2, significance: 0.01, minRows: 50 };

const driftedOf = (reference: Profile, current: Profile): string[] =>
  measureDrift(reference, current, rule)
    .columns.filter(({ drifted }) => drifted)
    .map(({ column }) => column);

async function ofLog(reference: Profile, folder: string): Promise<string[]> {
  const log = readPredictionLog(openLocalStorage(folder), {
    ...logged,
    report: (message) => {
      throw new Error(message);
    },
  });
  return driftedOf(reference, await profileRecordsAgainst(reference, log));
}

async function ofFile(reference: Profile, file: string, rows: number): Promise<string[]> {
  const engine = await DuckDbEngine.open();
  try {
    const from = `read_parquet(${literal(file)})`;
    const columns = await profileTableAgainst(engine, from, reference.columns);
    return driftedOf(reference, { rows, columns });
  } finally {
    await engine.close();
  }
}

async function main(): Promise<void> {
  const [kind, referenceFile = "", rowsText, file = ""] = process.argv.slice(2);
  const rows = Number(rowsText);
  const reference = JSON.parse(await readFile(referenceFile, "utf8")) as Profile;
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const drifted = kind === "file" ? await ofFile(reference, file, rows) : await ofLog(reference, file);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  const measured: Measured = {
    rows,
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    drifted,
  };
  process.stdout.write(JSON.stringify(measured));
}

void main();
