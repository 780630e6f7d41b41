/**
 * `npm run bench:drift`: time and memory of measuring drift against a reference: of Parquet files of two and ten million rows (`--rows`
 * for another greatest number), and of files of the prediction log, a tenth as many rows in requests of ten. Ends with 1 where the time
 * is too long, or more rows take more memory.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Profile } from "../platform/drift/profile";
import { profileTable } from "../platform/drift/profile-table";
import { DuckDbEngine } from "../platform/sql/duckdb/duckdb-engine";
import { literal } from "../platform/sql/engine";
import { flatWithin, goal, verdictOnMemory, verdictOnTime, type Measured, type Verdict } from "./drift-goals";
import { writeLog } from "./drift-log";
import { printTable } from "./table";

const run = promisify(execFile);

const columns = [
  { name: "age", type: "number" },
  { name: "income", type: "number" },
  { name: "debt", type: "number" },
  { name: "visits", type: "number" },
  { name: "town", type: "category" },
] as const;

const referenceRows = 100_000;
/** The lesser number of rows, as a share of the greater. */
const fewer = 0.2;

/** A query for rows of which the income has moved by this many of its standard deviations. */
function rowsOf(rows: number, moved: number): string {
  return `SELECT 20 + floor(60 * random()) AS age, exp(10 + 0.5 * (${moved} + sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))) AS income,
    CASE WHEN random() < 0.1 THEN NULL ELSE 1000 * random() END AS debt, floor(10 * random() * random()) AS visits,
    'town ' || CAST(floor(40 * random()) AS INTEGER) AS town FROM range(${rows})`;
}

/** Writes a reference, and a Parquet file for each number of rows. */
async function writeRows(folder: string, sizes: readonly number[]): Promise<void> {
  const engine = await DuckDbEngine.open();
  try {
    await engine.run("SELECT setseed(0.42)");
    await engine.run(`CREATE TABLE reference AS ${rowsOf(referenceRows, 0)}`);
    const profiles = await profileTable(engine, "reference", columns);
    // Incomes do not repeat by chance, so that the log is searched for rows that are alike.
    const reference: Profile = { rows: referenceRows, columns: profiles, likeRows: 1e-9 };
    await writeFile(path.join(folder, "reference.json"), JSON.stringify(reference));
    for (const rows of sizes) {
      await engine.run(`COPY (${rowsOf(rows, 1)}) TO ${literal(fileOf(folder, rows))} (FORMAT parquet)`);
      await writeLog(logOf(folder, rows / 10), rows / 10);
    }
  } finally {
    await engine.close();
  }
}

const fileOf = (folder: string, rows: number): string => path.join(folder, `${rows}.parquet`);
const logOf = (folder: string, rows: number): string => path.join(folder, `log-${rows}`);

/** Measures in a process of its own. */
async function measure(folder: string, kind: "file" | "log", rows: number): Promise<Measured> {
  const program = path.join(__dirname, "drift-measure.ts");
  const reference = path.join(folder, "reference.json");
  const { stdout } = await run(process.execPath, [
    ...["--require", "tsx/cjs", program],
    ...[kind, reference, String(rows), kind === "file" ? fileOf(folder, rows) : logOf(folder, rows)],
  ]);
  return JSON.parse(stdout) as Measured;
}

function cellsOf(what: string, measured: Measured, verdicts: readonly string[]): string[] {
  return [
    what,
    measured.rows.toLocaleString("en-US"),
    measured.seconds.toFixed(1),
    measured.cpuSeconds.toFixed(1),
    `${Math.round(measured.peakBytes / 2 ** 20)} MiB`,
    measured.drifted.join(", "),
    ...verdicts,
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rows: { type: "string", default: String(goal.rows) } } });
  const rows = Number(values.rows);
  if (!Number.isSafeInteger(rows) || rows < 1000 || rows % 1000 !== 0) {
    throw new Error(`--rows is ${values.rows}. Expected a multiple of 1000. Correct it.`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), "bench-drift-"));
  try {
    const sizes = [fewer * rows, rows] as const;
    await writeRows(folder, sizes);
    const [fewOfFile, ofFile] = [
      await measure(folder, "file", sizes[0]),
      await measure(folder, "file", sizes[1]),
    ];
    const [fewOfLog, ofLog] = [
      await measure(folder, "log", sizes[0] / 10),
      await measure(folder, "log", sizes[1] / 10),
    ];
    const { size } = await stat(fileOf(folder, rows));
    const verdicts: Verdict[] = [
      verdictOnTime(ofFile),
      verdictOnMemory(fewOfFile, ofFile),
      verdictOnMemory(fewOfLog, ofLog),
    ];
    const [time, memory, memoryOfLog] = verdicts;
    printTable(
      ["measured", "rows", "seconds", "CPU seconds", "most memory", "drifted", "time", "memory"],
      [
        cellsOf("a Parquet file", fewOfFile, ["", ""]),
        cellsOf(`a Parquet file of ${Math.round(size / 1e6)} MB`, ofFile, [`${time}`, `${memory}`]),
        cellsOf("a prediction log", fewOfLog, ["", ""]),
        cellsOf("a prediction log", ofLog, ["", `${memoryOfLog}`]),
      ],
    );
    console.log(
      `\nGoals: ${goal.rows.toLocaleString("en-US")} rows of a file in ${goal.seconds} s on two cores; five times as many rows in at most ${flatWithin} times as much memory, each in a process of its own.`,
    );
    process.exitCode = verdicts.includes("MISSED") ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
