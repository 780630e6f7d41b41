/**
 * `npm run bench:drift`: time and memory of measuring drift: of a Parquet file of ten million rows against a reference (`--rows` for
 * another number), and of records of the prediction log, a tenth as many rows in requests of ten.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { measureDrift } from "../platform/drift/drift";
import type { Profile } from "../platform/drift/profile";
import { profileTable, profileTableAgainst } from "../platform/drift/profile-table";
import { profileRecordsAgainst } from "../platform/drift/profile-values";
import { parsePredictionRecord, type PredictionRecord } from "../platform/predictions/prediction-record";
import { literal } from "../platform/sql/engine";
import { DuckDbEngine } from "../platform/sql/duckdb/duckdb-engine";
import { printTable } from "./table";

const columns = [
  { name: "age", type: "number" },
  { name: "income", type: "number" },
  { name: "debt", type: "number" },
  { name: "visits", type: "number" },
  { name: "town", type: "category" },
] as const;

const rule = { psi: 0.2, significance: 0.01, minRows: 50 };
const referenceRows = 100_000;

/** A query for rows of which the income has moved by this many of its standard deviations. */
function rowsOf(rows: number, moved: number): string {
  return `SELECT 20 + floor(60 * random()) AS age, exp(10 + 0.5 * (${moved} + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))) AS income,
    CASE WHEN random() < 0.1 THEN NULL ELSE 1000 * random() END AS debt, floor(10 * random() * random()) AS visits,
    'town ' || CAST(floor(40 * random()) AS INTEGER) AS town FROM range(${rows})`;
}

interface Measured {
  readonly what: string;
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** How much more memory the process held at most than before, in bytes. */
  readonly grownBytes: number;
  readonly drifted: string;
}

async function measure(
  what: string,
  rows: number,
  work: () => Promise<readonly string[]>,
): Promise<Measured> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const drifted = await work();
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage().rss);
  return {
    what,
    rows,
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    grownBytes: peak - before,
    drifted: drifted.join(", "),
  };
}

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

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rows: { type: "string", default: "10000000" } } });
  const rows = Number(values.rows);
  if (!Number.isSafeInteger(rows) || rows < 1000) throw new Error("--rows is a whole number from 1000 on.");
  const folder = await mkdtemp(path.join(tmpdir(), "bench-drift-"));
  const engine = await DuckDbEngine.open();
  try {
    await engine.run("SELECT setseed(0.42)");
    await engine.run(`CREATE TABLE reference AS ${rowsOf(referenceRows, 0)}`);
    const reference: Profile = {
      rows: referenceRows,
      columns: await profileTable(engine, "reference", columns),
    };
    const file = path.join(folder, "rows.parquet");
    await engine.run(`COPY (${rowsOf(rows, 1)}) TO ${literal(file)} (FORMAT parquet)`);
    const { size } = await stat(file);
    const from = `read_parquet(${literal(file)})`;
    const measured = [
      await measure(`a Parquet file of ${Math.round(size / 1e6)} MB`, rows, async () => {
        const current = { rows, columns: await profileTableAgainst(engine, from, reference.columns) };
        return driftedOf(reference, current);
      }),
      await measure("records of the log", rows / 10, async () =>
        driftedOf(reference, await profileRecordsAgainst(reference, recordsOf(rows / 100))),
      ),
    ];
    printTable(
      ["measured", "rows", "seconds", "CPU seconds", "memory grown by", "drifted"],
      measured.map((each) => [
        each.what,
        each.rows.toLocaleString("en-US"),
        each.seconds.toFixed(1),
        each.cpuSeconds.toFixed(1),
        `${Math.round(each.grownBytes / 2 ** 20)} MiB`,
        each.drifted,
      ]),
    );
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
