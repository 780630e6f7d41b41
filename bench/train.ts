/**
 * `npm run bench:train`: processor time, time by the clock, and memory of `mlops train` and `mlops score` as whole processes, beside pandas and
 * scikit-learn doing the same work in the same run. `--full` has the large tables; `--only <part of a name>` picks some.
 */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { repository } from "../build/repository";
import { programArguments } from "../build/start-program";
import { printTable } from "./table";
import { makeTable, type BenchTable } from "./train-tables";

interface Usage {
  readonly cpuSeconds: number;
  /** From the start of the process to its end, as a user waits for it. */
  readonly wallSeconds: number;
  readonly peakBytes: number;
  readonly metrics?: unknown;
}

/** One line of the table: a verb on a file. */
interface Work {
  readonly name: string;
  readonly table: BenchTable;
  readonly file: "data.parquet" | "data.csv";
  /** Scores the file, after a training that is not measured, into one of this kind. */
  readonly scoreTo?: "csv" | "parquet";
  /** Times as fast as scikit-learn, and share of its memory. */
  readonly goal?: { readonly speed: number; readonly memory?: number };
}

interface Measured {
  readonly name: string;
  readonly rows: number;
  readonly own: Usage;
  readonly peer?: Usage | undefined;
  readonly goal?: Work["goal"];
}

const python =
  process.env.BENCH_PYTHON ?? path.join(repository, ".venv", "bench", "sklearn", "bin", "python");

const plain = (rows: number, trainer: BenchTable["trainer"] = "ridge"): BenchTable => ({
  name: `${trainer}-${rows}`,
  trainer,
  rows,
  numbers: 10,
});

function parquet(name: string, table: BenchTable, goal?: Work["goal"]): Work {
  return { name, table, file: "data.parquet", ...(goal && { goal }) };
}

function worksOf(full: boolean): Work[] {
  const rows = full ? 5_000_000 : 1_000_000;
  const both = (name: string, table: Omit<BenchTable, "name" | "trainer">): Work[] =>
    (["ridge", "logistic"] as const).map((trainer) =>
      parquet(
        `${trainer}, ${name}`,
        { ...table, trainer, name: `${trainer}-${name.replace(/\W+/g, "-")}` },
        { speed: 1 },
      ),
    );
  return [
    parquet(`ridge, ${rows} × 10, Parquet`, plain(rows), { speed: 3, memory: 1 / 6 }),
    {
      name: `ridge, ${rows} × 10, CSV`,
      table: plain(rows),
      file: "data.csv",
      goal: { speed: 2, memory: 1 / 6 },
    },
    parquet("logistic, 1000000 × 10, Parquet", plain(1_000_000, "logistic"), { speed: 1, memory: 1 / 4 }),
    ...both("50000 × 200", { rows: 50_000, numbers: 200 }),
    ...both("20000, 10 × 40 levels", { rows: 20_000, numbers: 0, categories: { columns: 10, levels: 40 } }),
    ...both("2000 × 300", { rows: 2000, numbers: 300 }),
    ...both("20000, 10 × 100 levels", { rows: 20_000, numbers: 0, categories: { columns: 10, levels: 100 } }),
    ...both("200000, one of 100000 levels", {
      rows: 200_000,
      numbers: 1,
      categories: { columns: 1, levels: 100_000 },
    }),
    ...(["ridge", "logistic", "boosted-trees"] as const).flatMap((trainer) =>
      [
        { name: "20000, 10 × 100 levels by target", rows: 20_000, columns: 10, levels: 100 },
        { name: "200000, one of 100000 levels by target", rows: 200_000, columns: 1, levels: 100_000 },
      ].map(({ name, rows: count, columns, levels }) =>
        parquet(`${trainer}, ${name}`, {
          name: `${trainer}-target-${levels}`,
          trainer,
          rows: count,
          numbers: 1,
          categories: { columns, levels, encoding: "target" },
        }),
      ),
    ),
    ...(["csv", "parquet"] as const).map((scoreTo): Work => ({
      name: `score ${rows} rows, Parquet to ${scoreTo === "csv" ? "CSV" : "Parquet"}`,
      table: plain(rows),
      file: "data.parquet",
      scoreTo,
      goal: { speed: 3 },
    })),
    ...(full ? [100_000, 1_000_000, 20_000_000] : [100_000]).map((count) =>
      parquet(`ridge, ${count} × 10, Parquet (rows against time)`, plain(count)),
    ),
  ];
}

/** Runs a process; what it prints, and how long it took. */
function timed(run: () => SpawnSyncReturns<string>): SpawnSyncReturns<string> & Pick<Usage, "wallSeconds"> {
  const start = performance.now();
  const result = run();
  return { ...result, wallSeconds: (performance.now() - start) / 1000 };
}

/** Runs the `mlops` command as its users do. */
async function runMlops(folder: string, args: readonly string[]): Promise<Usage> {
  const usage = path.join(folder, "usage.json");
  const env = {
    ...process.env,
    MLOPS_HOME: path.join(folder, "home"),
    MLOPS_MODELS: path.join(folder, "models"),
    BENCH_USAGE: usage,
  };
  const report = ["--require", path.join(repository, "bench/report-usage.cjs")];
  const command = [...report, ...programArguments("cli/main.ts"), ...args];
  const { status, stdout, stderr, wallSeconds } = timed(() =>
    spawnSync(process.execPath, command, { cwd: repository, env, encoding: "utf8" }),
  );
  if (status !== 0) throw new Error(`mlops ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return { ...(JSON.parse(await readFile(usage, "utf8")) as Usage), wallSeconds };
}

function runPeer(args: readonly string[]): Usage | undefined {
  const program = [path.join(repository, "bench/peers/sklearn_train.py"), ...args];
  const { status, stdout, stderr, error, wallSeconds } = timed(() =>
    spawnSync(python, program, { encoding: "utf8" }),
  );
  if (error === undefined && status === 0) return { ...(JSON.parse(stdout) as Usage), wallSeconds };
  console.log(`scikit-learn is left out: ${error?.message ?? stderr.trim().split("\n").at(-1) ?? ""}`);
  return undefined;
}

async function measure({ name, table, file, scoreTo, goal }: Work, peers: boolean): Promise<Measured> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  try {
    const models = await makeTable(path.join(folder, "models"), table);
    const data = path.join(models, file);
    const train = ["train", "--model", table.name, "--data", data];
    const trainPeer = ["train", models, data];
    let [own, peer]: [Usage, Usage | undefined] = [
      await runMlops(folder, train),
      peers ? runPeer(trainPeer) : undefined,
    ];
    if (scoreTo !== undefined) {
      const output = path.join(folder, `scored.${scoreTo}`);
      await runMlops(folder, ["evaluate", "--model", table.name]);
      await runMlops(folder, ["register", "--model", table.name]);
      const version = `${table.name}:1`;
      own = await runMlops(folder, ["score", "--version", version, "--input", data, "--output", output]);
      peer = peer && runPeer(["score", models, data, `${output}.peer.${scoreTo}`]);
    }
    return { name, rows: table.rows, own, ...(peer && { peer }), ...(goal && { goal }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const seconds = ({ cpuSeconds, wallSeconds }: Usage): string[] => [
  cpuSeconds.toFixed(1),
  wallSeconds.toFixed(1),
];
const mebibytes = ({ peakBytes }: Usage): string => (peakBytes / 2 ** 20).toFixed(0);

function lineOf({ name, own, peer, goal }: Measured): string[] {
  const speed = peer && peer.cpuSeconds / own.cpuSeconds;
  const wallSpeed = peer && peer.wallSeconds / own.wallSeconds;
  const memory = peer && own.peakBytes / peer.peakBytes;
  const shown = [
    ...(goal ? [`${goal.speed} times as fast`] : []),
    ...(goal?.memory === undefined ? [] : [`${goal.memory.toFixed(2)} of its memory`]),
  ];
  return [
    name,
    ...seconds(own),
    mebibytes(own),
    ...(peer ? seconds(peer) : ["-", "-"]),
    peer ? mebibytes(peer) : "-",
    speed?.toFixed(2) ?? "-",
    wallSpeed?.toFixed(2) ?? "-",
    memory?.toFixed(2) ?? "-",
    shown.join(", "),
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      full: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      "no-peers": { type: "boolean", default: false },
      output: { type: "string", default: path.join(repository, "dist", "bench", "train.json") },
    },
  });
  const measured: Measured[] = [];
  for (const work of worksOf(values.full).filter(({ name }) => name.includes(values.only))) {
    try {
      measured.push(await measure(work, !values["no-peers"]));
    } catch (error) {
      process.exitCode = 1;
      console.log(`${work.name}: ${(error as Error).message}`);
    }
  }
  printTable(
    [
      ...["work", "CPU s", "s", "MiB", "sklearn CPU s", "s", "MiB"],
      ...["times as fast (CPU)", "times as fast (waiting)", "share of memory", "goal"],
    ],
    measured.map(lineOf),
  );
  await mkdir(path.dirname(values.output), { recursive: true });
  await writeFile(
    values.output,
    `${JSON.stringify({ cores: cpus().length, node: process.version, measured }, null, 2)}\n`,
  );
  console.log(`Written to ${values.output}.`);
}

void main();
