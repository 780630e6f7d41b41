/**
 * `npm run bench:train-floor [-- <rows>]`: processor time of what a ridge on a Parquet file cannot do without, each by itself: the start of
 * the command, reading the numbers, the file's digest, the cross products. Beside it, what the engine takes to hand the same numbers over.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { repository } from "../build/repository";
import { programArguments } from "../build/start-program";
import { digestOfFile } from "../platform/base/files";
import { parquetNumbers } from "../platform/data/parquet/parquet-numbers";
import { sumProducts } from "../platform/kernels/kernels";
import { identifier, literal } from "../platform/sql/engine";
import { openEngine } from "../platform/sql/open-engine";
import { printTable } from "./table";
import { makeTable } from "./train-tables";

const columns = 10;
const names = [...Array.from({ length: columns }, (_, at) => `x${at}`), "y"];

/** Processor time of this process while something runs, in seconds: the least of three times, as other work only adds to it. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let time = 0; time < 3; time++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1e6);
  }
  return Math.min(...times);
}

async function readThrough(blocks: AsyncIterable<readonly Float64Array[]>): Promise<void> {
  for await (const block of blocks)
    if (block.length !== names.length) throw new Error("A column is missing.");
}

/** Of blocks that are in memory: as many as the file has, over and over the same. */
function multiply(rows: number): Promise<void> {
  const block = names.map((_, at) => new Float64Array(4096).fill(at));
  const weights = new Float64Array(4096).fill(1);
  for (let row = 0; row < rows; row += 4096) sumProducts([...block, weights], weights);
  return Promise.resolve();
}

/** Of `mlops --help`, which does nothing but start. */
async function cpuOfStart(folder: string): Promise<number> {
  const usage = path.join(folder, "usage.json");
  const report = ["--require", path.join(repository, "bench/report-usage.cjs")];
  const times: number[] = [];
  // The first start may compile the program.
  for (let time = 0; time < 3; time++) {
    const { status } = spawnSync(
      process.execPath,
      [...report, ...programArguments("cli/main.ts"), "--help"],
      { cwd: repository, env: { ...process.env, BENCH_USAGE: usage } },
    );
    if (status !== 0) throw new Error("mlops --help failed.");
    times.push((JSON.parse(await readFile(usage, "utf8")) as { cpuSeconds: number }).cpuSeconds);
  }
  return Math.min(...times);
}

async function main(): Promise<void> {
  const rows = Number(process.argv[2] ?? 1_000_000);
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  try {
    const table = { name: "floor", trainer: "ridge", rows, numbers: columns } as const;
    const file = path.join(await makeTable(folder, table), "data.parquet");
    const engine = await openEngine();
    const start = await cpuOfStart(folder);
    let scans = 0;
    // What was read before by this name would come from where it is kept.
    const scan = await cpuOf(() =>
      readThrough(engine.blocks(names.map(identifier), `read_parquet(${literal(file)}) AS scan_${scans++}`)),
    );
    const read = await cpuOf(() => readThrough(parquetNumbers([file], names)));
    const digest = await cpuOf(() => digestOfFile(file));
    const products = await cpuOf(() => multiply(rows));
    await engine.close();
    printTable(
      ["part", "CPU s"],
      [
        ["start of the command", start],
        ["reading the numbers", read],
        ["digest of the file", digest],
        ["cross products", products],
        ["all of that", start + read + digest + products],
        ["the engine handing over the numbers, in place of reading them", scan],
      ].map(([part, seconds]) => [String(part), Number(seconds).toFixed(2)]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
