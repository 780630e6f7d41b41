/**
 * Started by `npm run bench:drift` for each measurement, so that none holds memory of another: measures the drift of a Parquet file, or of as
 * many records of a prediction log, against a reference, and prints what it took as JSON.
 */
import { readFile } from "node:fs/promises";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { measureDrift } from "../platform/drift/drift";
import type { Profile } from "../platform/drift/profile";
import { profileTableAgainst } from "../platform/drift/profile-table";
import { profileRecordsAgainst } from "../platform/drift/profile-values";
import { parsePredictionRecord, type PredictionRecord } from "../platform/predictions/prediction-record";
import { DuckDbEngine } from "../platform/sql/duckdb/duckdb-engine";
import { literal } from "../platform/sql/engine";
import type { Measured } from "./drift-goals";

const rule = { psi: 0.2, significance: 0.01, minRows: 50 };

const driftedOf = (reference: Profile, current: Profile): string[] =>
  measureDrift(reference, current, rule)
    .columns.filter(({ drifted }) => drifted)
    .map(({ column }) => column);

/** Lines of a prediction log, as they are read again: made one after the other, so that they take no memory. */
function* recordsOf(requests: number): Generator<PredictionRecord> {
  const random = xoroshiro128plus(3);
  const chance = (): number => uniformFloat64(random);
  for (let request = 0; request < requests; request++) {
    const inputs = Array.from({ length: 10 }, () => ({
      age: 20 + Math.floor(60 * chance()),
      income: Math.exp(10.5 + chance()),
      debt: chance() < 0.1 ? null : 1000 * chance(),
      visits: Math.floor(10 * chance() * chance()),
      town: `town ${Math.floor(40 * chance())}`,
    }));
    const line = JSON.stringify({
      id: `r-${request}`,
      time: "2026-11-21T00:00:00.000Z",
      model: "example:1",
      inputs,
      outputs: inputs.map(() => 1),
    });
    const record = parsePredictionRecord(line);
    if (record !== undefined) yield record;
  }
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
  const drifted =
    kind === "file"
      ? await ofFile(reference, file, rows)
      : driftedOf(reference, await profileRecordsAgainst(reference, recordsOf(rows / 10)));
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
